/** The session of a host: what is open, switching, retrying, making workspaces and saving connections. Fake engines. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src-main/contract/errors.ts'
import type { ConnectionDraft } from '../../../../src-main/contract/connections.ts'
import type { SessionView } from '../../../../src-main/contract/session.ts'
import type { Engine } from '../../../../src-main/engine/engine-api.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'
import { EncryptedFileStore } from '../../../../src-main/hosts/shared/secrets/encrypted-file.ts'
import { WorkspaceSession } from '../../../../src-main/hosts/shared/workspace-session.ts'
import type { Workspace } from '../../../../src-main/workspace/model.ts'
import { createFakeEngine } from '../fake-engine.ts'
import { createFakeLogger } from '../fake-logger.ts'
import { temporaryFolders } from '../temporary-folder.ts'

const folder = temporaryFolders()

/** How the engine of a workspace starts, by the workspace's name; at once and well where nothing is said. */
type Starts = Map<string, () => Promise<void>>

/**
 * @param lookMs between two looks at the file of the workspace
 * @param retryMs before a change that could not be made is tried again
 */
function setUp(lookMs = 3_600_000, retryMs = 3_600_000) {
  const base = folder()
  const log: string[] = []
  const starts: Starts = new Map()
  const running: Partial<Pick<Engine, 'check' | 'change'>> = {}
  const secrets = new EncryptedFileStore({ stateFolder: path.join(base, 'state'), environment: {} })
  const createEngine = ({ name }: Workspace): Engine => ({
    ...createFakeEngine(),
    check: (workspace) => running.check?.(workspace) ?? Promise.resolve([]),
    change: (workspace) => running.change?.(workspace) ?? Promise.resolve(false),
    start: ({ goesOn = false } = {}) => {
      log.push(`start ${name}${goesOn ? ' with its store' : ''}`)
      return starts.get(name)?.() ?? Promise.resolve()
    },
    stop: ({ keepsStore = false } = {}) => {
      log.push(`stop ${name}${keepsStore ? ', store kept' : ''}`)
      return Promise.resolve()
    },
  })
  const make = (): WorkspaceSession =>
    new WorkspaceSession({
      host: 'cli',
      logger: createFakeLogger(),
      stateFolder: path.join(base, 'state'),
      secrets,
      folder: base,
      createEngine,
      lookMs,
      retryMs,
    })
  return { base, log, starts, running, secrets, make, session: make() }
}

function workspaceIn(base: string, name: string, text = `penstock: 1\nname: ${name}\n`): string {
  mkdirSync(path.join(base, name), { recursive: true })
  const file = path.join(base, name, 'penstock.yaml')
  writeFileSync(file, text)
  return file
}

const plain: ConnectionDraft = {
  name: 'local',
  brokers: ['127.0.0.1:9092'],
  tls: null,
  sasl: null,
  registry: null,
  writes: false,
  production: false,
  color: null,
}

function withPassword(value: string, name = 'local'): ConnectionDraft {
  return { ...plain, name, sasl: { mechanism: 'plain', username: 'reader', password: { value } } }
}

const nothing = { code: 'ENGINE_NOT_RUNNING' }

it('has nothing open at first, and answers that no engine runs', async () => {
  const { base, session } = setUp()
  expect(await session.watch(null)).toEqual({
    version: 1,
    state: 'none',
    file: null,
    error: null,
    problems: [],
    pending: null,
    retry: null,
    recent: [],
    folder: base,
  })
  expect(() => session.current()).toThrow(expect.objectContaining(nothing))
  await expect(session.saveConnection(plain)).rejects.toMatchObject(nothing)
})

describe('opening', () => {
  it('takes a path relative to its folder and starts the engine', async () => {
    const { base, session, log } = setUp()
    const file = workspaceIn(base, 'one')
    expect(await session.open('one')).toMatchObject({ state: 'open', file, error: null })
    expect(session.current().workspace.name).toBe('one')
    expect(log).toEqual(['start one'])
  })

  it('stops the engine before and starts the next', async () => {
    const { base, session, log } = setUp()
    workspaceIn(base, 'one')
    workspaceIn(base, 'two')
    await session.open('one')
    await session.open('two/penstock.yaml')
    expect(log).toEqual(['start one', 'stop one', 'start two'])
    expect(session.current().workspace.name).toBe('two')
  })

  it('leaves what is open where there is no such workspace', async () => {
    const { base, session, log } = setUp()
    workspaceIn(base, 'one')
    await session.open('one')
    await expect(session.open('none')).rejects.toMatchObject({ code: 'WORKSPACE_NOT_FOUND' })
    expect(session.current().workspace.name).toBe('one')
    expect(log).toEqual(['start one'])
  })

  it('fails with the problems of the file, and can be tried again', async () => {
    const { base, session } = setUp()
    const file = workspaceIn(base, 'one', 'penstock: 1\ntabels: {}\n')
    expect(await session.open('one')).toMatchObject({
      state: 'failed',
      file,
      error: { code: 'WORKSPACE_INVALID' },
      problems: [{ line: 2, column: 1 }],
    })
    expect(() => session.current()).toThrow(expect.objectContaining(nothing))
    workspaceIn(base, 'one')
    expect(await session.open(file)).toMatchObject({ state: 'open', error: null, problems: [] })
  })

  it('fails with what kept the engine from starting, and can be tried again', async () => {
    const { base, session, starts } = setUp()
    const file = workspaceIn(base, 'one')
    const problem = { file, line: 3, column: 1, path: 'tables', message: 'no', hint: '' }
    starts.set('one', () =>
      Promise.reject(new AppError('WORKSPACE_INVALID', 'wrong SQL', { details: { problems: [problem] } })),
    )
    expect(await session.open('one')).toMatchObject({
      state: 'failed',
      error: { code: 'WORKSPACE_INVALID', message: 'wrong SQL' },
      problems: [problem],
    })
    expect(() => session.current()).toThrow(expect.objectContaining(nothing))
    starts.delete('one')
    expect(await session.open('one')).toMatchObject({ state: 'open' })
  })

  it('gives way to a newer switch while an engine still starts', async () => {
    const { base, session, starts, log } = setUp()
    workspaceIn(base, 'slow')
    workspaceIn(base, 'quick')
    const { promise, reject } = Promise.withResolvers<undefined>()
    const begun = Promise.withResolvers<undefined>()
    starts.set('slow', () => {
      begun.resolve(undefined)
      return promise
    })
    const slow = session.open('slow')
    await begun.promise
    const quick = await session.open('quick')
    reject(new AppError('ENGINE_NOT_RUNNING', 'the engine was stopped while it started'))
    expect([quick.state, (await slow).state]).toEqual(['open', 'open'])
    expect(session.current().workspace.name).toBe('quick')
    expect(log).toEqual(['start slow', 'stop slow', 'start quick'])
  })

  it('is told to who watches, step by step', async () => {
    const { base, session } = setUp()
    workspaceIn(base, 'one')
    const seen: SessionView[] = []
    const watching = (async () => {
      let view = await session.watch(null)
      while (view.state !== 'open') {
        view = await session.watch(view.version)
        seen.push(view)
      }
    })()
    await session.open('one')
    await watching
    const versions = seen.map(({ version }) => version)
    expect(versions).toEqual([...versions].toSorted((one, other) => one - other))
    expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['opening', 'open']))
  })

  it('ends a watch whose caller goes away', async () => {
    const { session } = setUp()
    const controller = new AbortController()
    const watching = session.watch(1, controller.signal)
    controller.abort(new Error('gone'))
    await expect(watching).rejects.toThrow('gone')
  })

  it('stops for good', async () => {
    const { base, session, log } = setUp()
    workspaceIn(base, 'one')
    await session.open('one')
    await session.stop()
    await session.stop()
    expect(log).toEqual(['start one', 'stop one'])
  })
})

describe('recent workspaces', () => {
  it('are kept over starts, newest first, and only those that still exist', async () => {
    const { base, session, make } = setUp()
    const files = ['one', 'two', 'three'].map((name) => workspaceIn(base, name))
    for (const name of ['one', 'two', 'three', 'one']) await session.open(name)
    rmSync(path.join(base, 'two'), { recursive: true })
    const { recent } = await make().watch(null)
    expect(recent.map(({ file, name }) => [file, name])).toEqual([
      [files[0], 'one'],
      [files[2], 'three'],
    ])
  })

  it('hold neither the demo nor one that did not start', async () => {
    const { base, session } = setUp()
    workspaceIn(base, 'one', 'penstock: 2\n')
    await session.open('one')
    const { state, recent } = await session.openDemo()
    expect([state, recent]).toEqual(['open', []])
  })

  it('are empty where their file cannot be read', async () => {
    const { base, make } = setUp()
    mkdirSync(path.join(base, 'state'), { recursive: true })
    writeFileSync(path.join(base, 'state', 'recent.json'), '{')
    expect((await make().watch(null)).recent).toEqual([])
  })
})

describe('making a workspace', () => {
  it('writes penstock.yaml with the connection, keeps the secret apart, and opens it', async () => {
    const { base, session, secrets } = setUp()
    const view = await session.create({ folder: 'new/one', connection: withPassword('tOp-secret') })
    const text = readFileSync(path.join(base, 'new/one/penstock.yaml'), 'utf8')
    expect(view).toMatchObject({ state: 'open', file: path.join(base, 'new/one/penstock.yaml') })
    expect(text).toContain('password: { secret: local-password }')
    expect(text).not.toContain('tOp-secret')
    expect(await secrets.read('local-password')).toBe('tOp-secret')
    expect(JSON.stringify(view)).not.toContain('tOp-secret')
  })

  it('never overwrites a file, and keeps no secret then', async () => {
    const { base, session, secrets } = setUp()
    const file = workspaceIn(base, 'one', '# mine\npenstock: 1\n')
    await expect(session.create({ folder: 'one', connection: withPassword('value') })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('there already'),
    })
    expect(readFileSync(file, 'utf8')).toBe('# mine\npenstock: 1\n')
    expect(await secrets.list()).toEqual([])
  })

  it('makes nothing where the connection is wrong, and says what is', async () => {
    const { base, session } = setUp()
    const connection = { ...plain, brokers: ['no address'] }
    await expect(session.create({ folder: 'one', connection })).rejects.toMatchObject({
      code: 'WORKSPACE_INVALID',
      message: expect.stringMatching(/no address of a broker; write host:port/u),
    })
    expect(existsSync(path.join(base, 'one'))).toBe(false)
  })

  it('gives a secret a name that is free', async () => {
    const { session, secrets } = setUp()
    await session.create({ folder: 'one', connection: withPassword('first') })
    await session.create({ folder: 'two', connection: withPassword('second') })
    expect(await secrets.list()).toEqual(['local-password', 'local-password-2'])
    expect(await secrets.read('local-password')).toBe('first')
  })
})

describe('saving a connection', () => {
  const written = `# mine
penstock: 1   # the version
connections:
  local: { brokers: ["a:1"] }   # where it runs
`

  it('changes the file and nothing beside it, and opens the workspace anew', async () => {
    const { base, session, log } = setUp()
    const file = workspaceIn(base, 'one', written)
    await session.open('one')
    await session.saveConnection({ ...plain, writes: true })
    expect(readFileSync(file, 'utf8')).toBe(written.replace('["a:1"]', '[ 127.0.0.1:9092 ], writes: allowed'))
    expect(log).toEqual(['start one', 'stop one, store kept', 'start one with its store'])
    expect(session.current().workspace.connections[0]).toMatchObject({ writes: true })
    expect(session.connectionDraft('local')).toEqual({ ...plain, writes: true })
  })

  it('puts a new password in the place of the old one, under its name', async () => {
    const { base, session, secrets } = setUp()
    workspaceIn(base, 'one', written)
    await session.open('one')
    await session.saveConnection(withPassword('first'))
    await session.saveConnection(withPassword('second'))
    expect(await secrets.list()).toEqual(['local-password'])
    expect(await secrets.read('local-password')).toBe('second')
    expect(session.connectionDraft('local').sasl).toEqual({
      mechanism: 'plain',
      username: 'reader',
      password: { secret: 'local-password' },
    })
  })

  it('refuses a file that changed since it was opened, and takes secrets back', async () => {
    const { base, session, secrets } = setUp()
    const file = workspaceIn(base, 'one', written)
    await session.open('one')
    await session.saveConnection(withPassword('first'))
    const changed = `${readFileSync(file, 'utf8')}# and more\n`
    writeFileSync(file, changed)
    await expect(session.saveConnection(withPassword('second'))).rejects.toMatchObject({
      code: 'WORKSPACE_INVALID',
      message: expect.stringContaining('has changed since it was opened'),
    })
    await expect(session.saveConnection(withPassword('third', 'other'))).rejects.toThrow()
    expect(readFileSync(file, 'utf8')).toBe(changed)
    expect(await secrets.list()).toEqual(['local-password'])
    expect(await secrets.read('local-password')).toBe('first')
    await session.open('one')
    await session.saveConnection(withPassword('second'))
    expect(await secrets.read('local-password')).toBe('second')
  })

  it('helps where the workspace did not start', async () => {
    const { base, session } = setUp()
    workspaceIn(base, 'one', `penstock: 1\nsources:\n  s: { kafka: { connection: local, topic: t } }\n`)
    expect(await session.open('one')).toMatchObject({ state: 'failed' })
    await session.saveConnection(plain)
    expect(await session.watch(null)).toMatchObject({ state: 'open' })
  })

  it('keeps a link to the file a link', async () => {
    const { base, session } = setUp()
    const file = workspaceIn(base, 'one', written)
    mkdirSync(path.join(base, 'linked'))
    symlinkSync(file, path.join(base, 'linked', 'penstock.yaml'))
    await session.open('linked')
    await session.saveConnection({ ...plain, production: true })
    expect(readFileSync(file, 'utf8')).toContain('production: true')
  })
})

describe('removing a connection', () => {
  const written = `penstock: 1
connections:
  # the first
  local: { brokers: ["a:1"] }
  other: { brokers: ["b:1"] }   # unused
`

  it('takes it out of the file, and opens the workspace anew', async () => {
    const { base, session, log } = setUp()
    const file = workspaceIn(base, 'one', written)
    await session.open('one')
    await session.removeConnection('other')
    expect(readFileSync(file, 'utf8')).toBe(written.replace(/ {2}other.*\n/u, ''))
    expect(log).toEqual(['start one', 'stop one, store kept', 'start one with its store'])
    expect(session.current().workspace.connections.map(({ name }) => name)).toEqual(['local'])
  })

  it('refuses one that is used, and one that is not there', async () => {
    const { base, session } = setUp()
    const used = `${written}sources:\n  s: { kafka: { connection: local, topic: t } }\n`
    const file = workspaceIn(base, 'one', used)
    await session.open('one')
    await expect(session.removeConnection('local')).rejects.toMatchObject({
      code: 'CONNECTION_IN_USE',
      message: '"local" cannot be removed: it is used by s',
    })
    await expect(session.removeConnection('third')).rejects.toMatchObject({ code: 'CONNECTION_UNKNOWN' })
    expect(readFileSync(file, 'utf8')).toBe(used)
  })

  it('refuses a file that changed since it was opened', async () => {
    const { base, session } = setUp()
    const file = workspaceIn(base, 'one', written)
    await session.open('one')
    writeFileSync(file, `${written}# and more\n`)
    await expect(session.removeConnection('other')).rejects.toThrow(/has changed since it was opened/u)
    expect(readFileSync(file, 'utf8')).toBe(`${written}# and more\n`)
  })
})

describe('testing a connection', () => {
  it('works with nothing open, and forgets a typed secret', async () => {
    const { session, secrets } = setUp()
    const draft = { ...withPassword('tOp-secret'), brokers: ['127.0.0.1:1'] }
    let view = await session.testConnection({ draft })
    while (!view.done) view = await session.watchTest(view.id, view.version)
    expect(view.steps.find(({ state }) => state === 'failed')).toMatchObject({ name: 'connect' })
    expect(JSON.stringify(view)).not.toContain('tOp-secret')
    expect(await secrets.list()).toEqual([])
    expect(session.stopTest(view.id)).toBe(false)
  })

  it('knows those of a workspace that did not start', async () => {
    const { base, session, starts } = setUp()
    workspaceIn(base, 'one', 'penstock: 1\nconnections:\n  local: { brokers: ["127.0.0.1:1"] }\n')
    starts.set('one', () => Promise.reject(new Error('no')))
    await session.open('one')
    expect(await session.testConnection({ name: 'local' })).toMatchObject({ done: false })
    expect(() => session.testConnection({ name: 'other' })).toThrow(
      expect.objectContaining({ code: 'CONNECTION_UNKNOWN' }),
    )
    await session.stop()
  })

  it('knows no test that it did not start', async () => {
    const { session } = setUp()
    await expect(session.watchTest('x', null)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(session.stopTest('x')).toBe(false)
  })
})

describe('a penstock.yaml that changes while it is open', () => {
  const table = (name: string, rest = ''): string =>
    `sources: { s: { replay: { file: s.ndjson } } }\ntables: { ${name}: { source: s${rest} } }\n`
  const text = (rest: string): string => `penstock: 1\nname: shop\n${rest}`

  async function until(
    session: WorkspaceSession,
    fits: (view: SessionView) => boolean,
  ): Promise<SessionView> {
    let view = await session.watch(null)
    while (!fits(view)) view = await session.watch(view.version)
    return view
  }

  it('is applied by itself where nothing is lost, and the store goes on', async () => {
    const { base, log, session } = setUp(10)
    const file = workspaceIn(base, 'shop', text(table('a')))
    const opened = await session.open(file)
    writeFileSync(file, text(table('b')))
    await until(session, (view) => view.version > opened.version && view.state === 'open')
    expect(session.current().workspace.tables.map(({ name }) => name)).toEqual(['b'])
    expect(log).toEqual(['start shop', 'stop shop, store kept', 'start shop with its store'])
    await session.stop()
  })

  it('with a problem leaves what runs as it is, and says so until it is right again', async () => {
    const { base, log, session } = setUp(10)
    const file = workspaceIn(base, 'shop', text(table('a')))
    await session.open(file)
    writeFileSync(file, text('tables: { a: { source: nowhere } }\n'))
    const { problems, error } = await until(session, (view) => view.problems.length > 0)
    expect(problems[0]?.message).toBe('there is no source "nowhere"')
    expect(error?.code).toBe('WORKSPACE_INVALID')
    expect(session.current().workspace.tables.map(({ name }) => name)).toEqual(['a'])
    writeFileSync(file, text(table('a')))
    await until(session, (view) => view.problems.length === 0 && view.error === null)
    expect(log).toEqual(['start shop'])
    await session.stop()
  })

  it('that does not start gives way to the one before', async () => {
    const { base, log, starts, session } = setUp(10)
    const file = workspaceIn(base, 'shop', text(table('a')))
    await session.open(file)
    let tries = 0
    starts.set('shop', () =>
      ++tries === 1 ? Promise.reject(new AppError('WORKSPACE_INVALID', 'no such column')) : Promise.resolve(),
    )
    writeFileSync(file, text(table('b')))
    const view = await until(session, ({ error, state }) => state === 'open' && error !== null)
    expect(view.error?.message).toBe('no such column')
    expect(session.current().workspace.tables.map(({ name }) => name)).toEqual(['a'])
    expect(log).toEqual([
      'start shop',
      'stop shop, store kept',
      'start shop with its store',
      'start shop with its store',
    ])
    // The file that did not start is not tried again until it is another one.
    writeFileSync(file, text(table('c')))
    await until(session, ({ error, state }) => state === 'open' && error === null)
    expect(session.current().workspace.tables.map(({ name }) => name)).toEqual(['c'])
    expect(log.slice(4)).toEqual(['stop shop, store kept', 'start shop with its store'])
    await session.stop()
  })

  it('that would lose something waits until it is applied', async () => {
    const { base, log, session } = setUp(10)
    const rollup = 'rollups: { r: { from: a, measures: { n: count(*) } } }\n'
    const file = workspaceIn(base, 'shop', text(table('a') + rollup))
    await session.open(file)
    await expect(session.apply()).rejects.toMatchObject({ code: 'USAGE' })
    writeFileSync(file, text(table('a', ', retain: { rows: 5 }')))
    const { pending, state } = await until(session, (view) => view.pending !== null)
    expect([state, pending?.losses]).toEqual([
      'open',
      ['rollup r is removed with all its windows', 'table a keeps less; its oldest rows go'],
    ])
    expect(log).toEqual(['start shop'])
    expect(await session.apply()).toMatchObject({ state: 'open', pending: null, error: null })
    expect(session.current().workspace.rollups).toEqual([])
    await session.stop()
  })

  it('is taken over by the engine that runs, where it can', async () => {
    const { base, log, running, session } = setUp(10)
    const file = workspaceIn(base, 'shop', text(table('a')))
    await session.open(file)
    const { engine } = session.current()
    const taken: string[][] = []
    running.change = ({ tables }) => {
      taken.push(tables.map(({ name }) => name))
      return Promise.resolve(true)
    }
    const { version } = await session.watch(null)
    writeFileSync(file, text(table('b')))
    const view = await until(session, (next) => next.version > version)
    expect(view).toMatchObject({ state: 'open', error: null, problems: [] })
    expect(session.current().workspace.tables.map(({ name }) => name)).toEqual(['b'])
    expect(session.current().engine).toBe(engine)
    writeFileSync(file, text(table('c')))
    await until(session, () => session.current().workspace.tables[0]?.name === 'c')
    expect(taken).toEqual([['b'], ['c']])
    expect(log).toEqual(['start shop'])
    await session.stop()
  })

  it('is taken over after the change that is being made, when it is saved again meanwhile', async () => {
    const { base, log, running, session } = setUp(10)
    const file = workspaceIn(base, 'shop', text(table('a')))
    await session.open(file)
    const taken: string[] = []
    running.change = ({ tables }) => {
      taken.push(tables.map(({ name }) => name).join())
      if (taken.length > 1) return Promise.resolve(true)
      writeFileSync(file, text(table('c')))
      // As long as several looks at the file.
      return new Promise((resolve) => setTimeout(resolve, 100, true)).then(() => {
        taken.push('done')
        return true
      })
    }
    writeFileSync(file, text(table('b')))
    await until(session, () => session.current().workspace.tables[0]?.name === 'c')
    expect(taken).toEqual(['b', 'done', 'c'])
    expect(log).toEqual(['start shop'])
    await session.stop()
  })

  it('that begins everything anew does so also while a change is being made', async () => {
    const { base, log, running, session } = setUp(10)
    const file = workspaceIn(base, 'shop', text(table('a')))
    await session.open(file)
    const stuck = Promise.withResolvers<boolean>()
    const other = `${text(table('c'))}store: { limit: 1GB }\n`
    running.change = ({ store }) => {
      if (store.limitBytes !== null) return Promise.resolve(false)
      writeFileSync(file, other)
      return stuck.promise
    }
    writeFileSync(file, text(table('b')))
    const isOther = (): boolean => session.current().workspace.tables[0]?.name === 'c'
    await until(session, ({ state }) => state === 'open' && isOther())
    stuck.resolve(true)
    await stuck.promise
    expect(log).toEqual(['start shop', 'stop shop, store kept', 'start shop with its store'])
    // It is still the one whose file is looked at.
    running.change = () => Promise.resolve(true)
    writeFileSync(file, `${text(table('d'))}store: { limit: 1GB }\n`)
    await until(session, () => session.current().workspace.tables[0]?.name === 'd')
    await session.stop()
  })

  const full = new AppError('STORE_FULL', 'the store is full')

  it.each([
    'STORE_FULL',
    'CONNECTION_FAILED',
    'KAFKA_FAILED',
    'SCHEMA_UNAVAILABLE',
    'SOURCE_UNREADABLE',
  ] as const)(
    'that %s keeps back is taken over by itself once that has passed, and nothing stops meanwhile',
    async (code) => {
      const { base, log, running, session } = setUp(10, 10)
      const file = workspaceIn(base, 'shop', text(table('a')))
      await session.open(file)
      const failures = [new AppError(code, 'not now'), new AppError(code, 'not now either')]
      const passed = Promise.withResolvers<undefined>()
      running.change = async () => {
        const failure = failures.pop()
        if (failure !== undefined) throw failure
        await passed.promise
        return true
      }
      writeFileSync(file, text(table('b')))
      const refused = await until(session, ({ error }) => error !== null)
      expect(refused).toMatchObject({ state: 'open', error: { code }, retry: 'automatic' })
      expect(session.current().workspace.tables.map(({ name }) => name)).toEqual(['a'])
      passed.resolve(undefined)
      const taken = await until(session, ({ error }) => error === null)
      expect(taken).toMatchObject({ state: 'open', retry: null })
      expect(session.current().workspace.tables.map(({ name }) => name)).toEqual(['b'])
      expect(log).toEqual(['start shop'])
      await session.stop()
    },
  )

  it('is checked again where what it reads from did not answer', async () => {
    const { base, running, session } = setUp(10, 10)
    const file = workspaceIn(base, 'shop', text(table('a')))
    await session.open(file)
    const failures = [new AppError('CONNECTION_FAILED', 'nobody answers')]
    running.check = () => {
      const failure = failures.pop()
      return failure === undefined ? Promise.resolve([]) : Promise.reject(failure)
    }
    running.change = () => Promise.resolve(true)
    writeFileSync(file, text(table('b')))
    await until(session, () => session.current().workspace.tables[0]?.name === 'b')
    expect(failures).toEqual([])
    await session.stop()
  })

  it('that was kept back can be tried again by a person, who is not asked about losses anew', async () => {
    const { base, running, session } = setUp(10)
    const rollup = 'rollups: { r: { from: a, measures: { n: count(*) } } }\n'
    const file = workspaceIn(base, 'shop', text(table('a') + rollup))
    await session.open(file)
    running.change = () => Promise.reject(full)
    writeFileSync(file, text(table('a')))
    await until(session, ({ pending }) => pending !== null)
    expect(await session.apply()).toMatchObject({
      error: { code: 'STORE_FULL' },
      pending: null,
      retry: 'automatic',
    })
    running.change = () => Promise.resolve(true)
    expect(await session.apply()).toMatchObject({ error: null, pending: null, retry: null })
    expect(session.current().workspace.rollups).toEqual([])
    await session.stop()
  })

  it('that was kept back is given up for another one, and for the one that runs', async () => {
    const { base, running, session } = setUp(10)
    const file = workspaceIn(base, 'shop', text(table('a')))
    await session.open(file)
    const asked: string[] = []
    running.change = ({ tables }) => {
      asked.push(tables.map(({ name }) => name).join())
      return Promise.reject(full)
    }
    writeFileSync(file, text(table('b')))
    await until(session, ({ retry }) => retry === 'automatic')
    writeFileSync(file, text('tables: { a: { source: nowhere } }\n'))
    expect(await until(session, ({ problems }) => problems.length > 0)).toMatchObject({ retry: null })
    await expect(session.apply()).rejects.toMatchObject({ code: 'USAGE' })
    writeFileSync(file, text(table('c')))
    await until(session, ({ retry }) => retry === 'automatic')
    writeFileSync(file, text(table('a')))
    await until(session, ({ error, retry }) => error === null && retry === null)
    expect(asked).toEqual(['b', 'c'])
    await session.stop()
  })

  it('that everything would stop for is tried again only by a person', async () => {
    const { base, starts, session } = setUp(10, 10)
    const file = workspaceIn(base, 'shop', text(table('a')))
    await session.open(file)
    let tries = 0
    starts.set('shop', () => (++tries === 1 ? Promise.reject(full) : Promise.resolve()))
    writeFileSync(file, text(table('b')))
    const view = await until(session, ({ error, state }) => state === 'open' && error !== null)
    expect(view).toMatchObject({ error: { code: 'STORE_FULL' }, retry: 'manual' })
    expect(await session.apply()).toMatchObject({ state: 'open', error: null, retry: null })
    expect(session.current().workspace.tables.map(({ name }) => name)).toEqual(['b'])
    await session.stop()
  })

  it('that the engine refuses leaves what runs as it is, and losses are not asked about before', async () => {
    const { base, log, running, session } = setUp(10)
    const file = workspaceIn(base, 'shop', text(table('a', ', retain: { rows: 9 }')))
    await session.open(file)
    const fault = { file, line: 4, column: 2, path: 'tables.b', message: 'no such column: x', hint: '' }
    running.check = () => Promise.resolve([fault])
    writeFileSync(file, text(table('a', ', retain: { rows: 5 }')))
    const view = await until(session, ({ problems }) => problems.length > 0)
    expect(view).toMatchObject({ state: 'open', pending: null, error: { code: 'WORKSPACE_INVALID' } })
    expect(view.problems).toEqual([fault])
    delete running.check
    running.change = () => Promise.reject(new AppError('STORE_UNUSABLE', 'column n is TEXT in the store'))
    writeFileSync(file, text(table('b')))
    const refused = await until(session, ({ error }) => error?.code === 'STORE_UNUSABLE')
    expect(refused.state).toBe('open')
    expect(session.current().workspace.tables.map(({ name }) => name)).toEqual(['a'])
    writeFileSync(file, text(table('a', ', retain: { rows: 9 }')))
    await until(session, ({ error }) => error === null)
    writeFileSync(file, text(table('b')))
    await until(session, ({ error }) => error?.code === 'STORE_UNUSABLE')
    expect(log).toEqual(['start shop'])
    await session.stop()
  })

  it('that fails in the middle of being taken over is started anew with its store', async () => {
    const { base, log, running, session } = setUp(10)
    const file = workspaceIn(base, 'shop', text(table('a')))
    await session.open(file)
    running.change = () => Promise.reject(new AppError('THREAD_CRASHED', 'the store thread ended'))
    writeFileSync(file, text(table('b')))
    await until(
      session,
      ({ state }) => state === 'open' && session.current().workspace.tables[0]?.name === 'b',
    )
    expect(log).toEqual(['start shop', 'stop shop, store kept', 'start shop with its store'])
    await session.stop()
  })
})

describe('a file that was changed while nothing ran', () => {
  const text = (rest: string): string =>
    'penstock: 1\nname: shop\nstore: { mode: disk }\nsources: { s: { replay: { file: s.ndjson } } }\n' +
    `tables: { a: { source: s } }\n${rest}`
  const counted = text('rollups: { r: { from: a, measures: { n: count(*) } } }\n')
  const summed = text('rollups: { r: { from: a, measures: { n: sum(x) } } }\n')
  const lost = 'rollup r is made anew, from the rows that its table still holds'

  async function until(
    session: WorkspaceSession,
    fits: (view: SessionView) => boolean,
  ): Promise<SessionView> {
    let view = await session.watch(null)
    while (!fits(view)) view = await session.watch(view.version)
    return view
  }

  const measures = (session: WorkspaceSession): unknown =>
    session.current().workspace.rollups.map(({ measures: [measure] }) => measure?.sql)

  it('waits where something would be lost, while the version that filled the store runs', async () => {
    const { base, log, session } = setUp(10)
    const file = workspaceIn(base, 'shop', summed)
    storeIn(path.dirname(file), counted)
    const opened = await session.open(file)
    expect(opened).toMatchObject({ state: 'open', file, pending: { losses: [lost] }, error: null })
    expect([measures(session), log]).toEqual([['count(*)'], ['start shop']])
    expect(await session.apply()).toMatchObject({ state: 'open', pending: null, error: null })
    expect([measures(session), log.slice(1)]).toEqual([
      ['sum(x)'],
      ['stop shop, store kept', 'start shop with its store'],
    ])
    await session.stop()
  })

  it('waits no more when it is saved as it was', async () => {
    const { base, log, session } = setUp(10)
    const file = workspaceIn(base, 'shop', summed)
    storeIn(path.dirname(file), counted)
    await session.open(file)
    writeFileSync(file, counted)
    expect(await until(session, ({ pending }) => pending === null)).toMatchObject({ state: 'open' })
    expect([measures(session), log]).toEqual([['count(*)'], ['start shop']])
    await session.stop()
  })

  it('is applied by itself when it is saved without what was lost', async () => {
    const { base, session } = setUp(10)
    const file = workspaceIn(base, 'shop', summed)
    storeIn(path.dirname(file), counted)
    await session.open(file)
    writeFileSync(file, counted.replace('r: {', 'more: { from: a, measures: { n: count(*) } }, r: {'))
    await until(session, (view) => view.state === 'open' && view.pending === null)
    expect(measures(session)).toEqual(['count(*)', 'count(*)'])
    await session.stop()
  })

  it('can still be applied where the version that filled the store does not start', async () => {
    const { base, starts, session } = setUp()
    const file = workspaceIn(base, 'shop', summed)
    storeIn(path.dirname(file), counted)
    starts.set('shop', () => Promise.reject(new AppError('SOURCE_UNREADABLE', 's.ndjson does not exist')))
    expect(await session.open(file)).toMatchObject({
      state: 'failed',
      error: { code: 'SOURCE_UNREADABLE' },
      pending: { losses: [lost] },
    })
    starts.clear()
    expect(await session.apply()).toMatchObject({ state: 'open', pending: null })
    expect(measures(session)).toEqual(['sum(x)'])
    await session.stop()
  })

  it('does not wait while another Penstock has the store', async () => {
    const { base, starts, session } = setUp()
    const file = workspaceIn(base, 'shop', summed)
    storeIn(path.dirname(file), counted)
    starts.set('shop', () => Promise.reject(new AppError('STORE_IN_USE', 'the store is in use')))
    const error = { code: 'STORE_IN_USE' }
    expect(await session.open(file)).toMatchObject({ state: 'failed', error, pending: null })
    await expect(session.apply()).rejects.toMatchObject({ code: 'USAGE' })
    starts.clear()
    expect(await session.open(file)).toMatchObject({ state: 'open', pending: { losses: [lost] } })
    await session.stop()
  })

  it('starts as it is where nothing is lost, or nothing is known', async () => {
    const { base, session } = setUp()
    const file = workspaceIn(base, 'shop', summed)
    const opens = async (): Promise<unknown> => {
      const { state, pending } = await session.open(file)
      const started = [state, pending, measures(session)]
      workspaceIn(base, 'other')
      await session.open('other')
      return started
    }
    const asItIs = ['open', null, ['sum(x)']]
    const { setText, setEvicted } = storeIn(path.dirname(file), counted, 0)
    expect(await opens()).toEqual(asItIs)
    setEvicted(1)
    expect(await opens()).toEqual(['open', { losses: [lost] }, ['count(*)']])
    setText('penstock: 0\n')
    expect(await opens()).toEqual(asItIs)
    writeFileSync(path.join(path.dirname(file), '.penstock', 'store.db'), 'no database')
    expect(await opens()).toEqual(asItIs)
    await session.stop()
  })
})

/** A store at rest as far as a start looks at it: ten rows in table a, two groups in rollup r. */
function storeIn(folder: string, text: string, evicted = 1) {
  mkdirSync(path.join(folder, '.penstock'))
  const database = new DatabaseSync(path.join(folder, '.penstock', 'store.db'))
  database.exec(systemSchema)
  database.exec("INSERT INTO sys_workspace VALUES ('/elsewhere/penstock.yaml', 'shop', '', '{}', 1)")
  database.exec("INSERT INTO sys_tables (name, source, rows, landed, evicted) VALUES ('a', 's', 10, 10, 0)")
  database.exec(
    `INSERT INTO sys_rollups (name, from_name, table_name, rows, groups, untimed, missed, evicted, problem, applied_row, definition)
     VALUES ('r', 'a', 'a', 10, 2, 0, 0, 0, '', 10, '')`,
  )
  const setText = (next: string): unknown => database.prepare('UPDATE sys_workspace SET text = ?').run(next)
  const setEvicted = (rows: number): unknown =>
    database.prepare('UPDATE sys_tables SET evicted = ?').run(rows)
  setText(text)
  setEvicted(evicted)
  return { setText, setEvicted }
}
