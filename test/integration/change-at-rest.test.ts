/** A workspace whose file was changed while nothing ran, opened by the session over a real store that has evicted rows. */
import Database from 'better-sqlite3'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { SessionView } from '../../src-main/contract/session.ts'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import { createEngine } from '../../src-main/engine/engine.ts'
import { EncryptedFileStore } from '../../src-main/hosts/shared/secrets/encrypted-file.ts'
import { WorkspaceSession } from '../../src-main/hosts/shared/workspace-session.ts'
import { capture, ports, query, testBench, untilLive } from '../support/engines.ts'

const bench = testBench()
const count = 4000

const text = (measures: string): string => `penstock: 1
store: { mode: disk }
sources:
  s: { replay: { file: capture.ndjson, rate: max }, columns: { n: integer } }
tables:
  t: { source: s, retain: { rows: 100 } }
rollups:
  r: { from: t, measures: { ${measures} } }
`

/** A workspace in a folder of its own, with what opens it. */
function setUp() {
  const folder = bench.folder()
  const state = path.join(folder, 'state')
  mkdirSync(state)
  capture(
    folder,
    Array.from({ length: count }, (_, n) => JSON.stringify({ n })),
  )
  const file = path.join(folder, 'penstock.yaml')
  const host = ports(folder)
  const makeSession = (): WorkspaceSession =>
    new WorkspaceSession({
      ...{ host: 'cli', logger: host.logger, stateFolder: state, lookMs: 3_600_000 },
      secrets: new EncryptedFileStore({ stateFolder: state, environment: {} }),
      createEngine: (workspace) => createEngine(workspace, host),
    })
  /** Opens the workspace as the file says now, and stops it after the work. */
  const opened = async (work: (session: WorkspaceSession, view: SessionView) => unknown): Promise<void> => {
    const session = makeSession()
    try {
      await work(session, await session.open(file))
    } finally {
      await session.stop()
    }
  }
  const fill = (): Promise<void> =>
    opened((session, view) => {
      expect(view).toMatchObject({ state: 'open', pending: null })
      return untilLive(
        session.current().engine,
        ({ tables, rollups }) => rollups[0]?.rows === count && (tables[0]?.rows ?? count) < count,
      )
    })
  return { file, storeFile: path.join(folder, '.penstock', 'store.db'), opened, fill }
}

const rows = (engine: Engine, relation = 'r'): Promise<unknown[][]> =>
  query(engine, `SELECT * FROM ${relation}`)

/** Until the rollup has all rows that its table holds. */
const untilMade = (engine: Engine): Promise<unknown> =>
  untilLive(engine, ({ rollups, tables }) => rollups[0]?.rows === tables[0]?.rows)

it('keeps the windows of a changed rollup until the change is applied', async () => {
  const { file, opened, fill } = setUp()
  writeFileSync(file, text('n: count(*)'))
  await fill()
  writeFileSync(file, text('n: count(*), largest: max(n)'))
  await opened(async (session, view) => {
    const lost = 'rollup r is made anew, from the rows that its table still holds'
    expect(view).toMatchObject({ state: 'open', pending: { losses: [lost] } })
    expect(await rows(session.current().engine)).toEqual([[count]])
    expect(await session.apply()).toMatchObject({ state: 'open', pending: null, error: null })
    const { engine } = session.current()
    await untilMade(engine)
    const [made] = await rows(engine)
    expect(made?.[0]).toBeLessThan(count)
    expect(made?.[1]).toBe(count - 1)
  })
  await opened((_, view) => {
    expect(view).toMatchObject({ state: 'open', pending: null })
  })
})

it('keeps windows aside that this version of Penstock stores in another form', async () => {
  const { file, storeFile, opened, fill } = setUp()
  writeFileSync(file, text('n: count(*), last: "last(n, n)"'))
  await fill()
  const store = new Database(storeFile)
  store.exec("UPDATE sys_rollups SET definition = definition || ' of another version'")
  store.close()
  await opened(async (session, view) => {
    expect(view).toMatchObject({ state: 'open', pending: null })
    const { engine } = session.current()
    await untilMade(engine)
    expect(await rows(engine, 'sys_r_before')).toEqual([[count, count - 1]])
    const [made] = await rows(engine)
    expect(made?.[0]).toBeLessThan(count)
    const { events } = await untilLive(engine, (live) =>
      live.events.some(({ kind }) => kind === 'rollup-made'),
    )
    expect(events.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('What it held before is in sys_r_before.'),
    )
  })
  await opened(async (session) => {
    expect(await rows(session.current().engine, 'sys_r_before')).toEqual([[count, count - 1]])
  })
})
