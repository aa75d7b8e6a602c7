/** What is open in a session of a host: opening, switching, trying again, recent workspaces. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src-main/contract/errors.ts'
import type { SessionView } from '../../../../src-main/contract/session.ts'
import { plain, sessionSetUps, workspaceIn } from './session-setup.ts'

const setUp = sessionSetUps()

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
