/** Connections of a form in a session: workspaces made with them, saved, removed, tested; their secrets. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ConnectionDraft } from '../../../../src-main/contract/connections.ts'
import { plain, sessionSetUps, workspaceIn } from './session-setup.ts'

const setUp = sessionSetUps()

function withPassword(value: string, name = 'local'): ConnectionDraft {
  return { ...plain, name, sasl: { mechanism: 'plain', username: 'reader', password: { value } } }
}

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
