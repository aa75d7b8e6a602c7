/** A penstock.yaml that changes while it is open: applied, refused, waiting, tried again. */
import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src-main/contract/errors.ts'
import { sessionSetUps, until, workspaceIn } from './session-setup.ts'

const setUp = sessionSetUps()

describe('a penstock.yaml that changes while it is open', () => {
  const table = (name: string, rest = ''): string =>
    `sources: { s: { replay: { file: s.ndjson } } }\ntables: { ${name}: { source: s${rest} } }\n`
  const text = (rest: string): string => `penstock: 1\nname: shop\n${rest}`

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
