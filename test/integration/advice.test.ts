/** The advisor of a running engine: off the main process, cancelled at once, and right about rollups as they are in a store. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AdviceRun } from '../../src-main/contract/advice.ts'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import { createSnapshotEngine } from '../../src-main/engine/snapshot-engine.ts'
import { openSnapshot } from '../../src-main/engine/snapshots/open-snapshot.ts'
import type { Workspace } from '../../src-main/workspace/model.ts'
import { capture, ports, query, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { listDescendants } from '../support/processes.ts'
import { column, rollup, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const columns = [
  column('at', 'timestamp', { nullable: false }),
  column('n', 'integer'),
  column('name', 'text'),
  column('size', 'real'),
]
const count = 60_000
const begun = Date.parse('2026-01-01T00:00:00Z')
const hour = 3_600_000
const endless =
  'WITH RECURSIVE i(v) AS (VALUES (1) UNION ALL SELECT v + 1 FROM i) SELECT count(*) FROM i, t WHERE t.n = 5'

function plan(folder: string, extra: Partial<Workspace> = {}): Workspace {
  const lines = Array.from({ length: count }, (_, n) =>
    JSON.stringify({
      at: new Date(begun + n * 10_000).toISOString(),
      n,
      name: n % 7 === 0 ? null : `n${String(n % 40)}`,
      size: n / 8,
    }),
  )
  const window = { everyMs: hour, overMs: null, on: 'at', zone: null }
  const measures = {
    rows: 'count(*)',
    sizes: 'sum(size)',
    most: 'max(n)',
    small: 'count(*) filter (where n < 100)',
    mean: 'avg(size)',
  }
  return workspace(folder, {
    text: 'penstock: 1',
    sources: [{ ...source('s', capture(folder, lines), columns), eventTime: 'at' }],
    tables: [table('t', 's', [step('all', 'SELECT * FROM input')])],
    rollups: [
      rollup('hours', 't', measures, { window, by: ['name'] }),
      rollup(
        'days',
        'hours',
        { rows: 'rows' },
        { window: { ...window, everyMs: 24 * hour, on: 'window_start' } },
      ),
    ],
    store: { mode: 'disk', limitBytes: null, budgetBytes: null },
    ...extra,
  })
}

/** As the console leaves it: the newest statement last, which is looked at first. */
function writeHistory(folder: string, statements: readonly string[]): void {
  const stateFolder = path.join(folder, 'state')
  mkdirSync(stateFolder, { recursive: true })
  const lines = statements.map((sql, id) =>
    JSON.stringify({ ...{ id, sql, at: 0, durationMs: 500, rows: 1, state: 'done', error: null } }),
  )
  writeFileSync(path.join(stateFolder, 'query-history.ndjson'), `${lines.join('\n')}\n`)
}

async function until(engine: Engine, fits: (run: AdviceRun) => boolean): Promise<AdviceRun> {
  let { version, run } = await engine.advisor.watch(null)
  while (run === null || !fits(run)) ({ version, run } = await engine.advisor.watch(version))
  return run
}

const hasEnded = ({ endedAt }: AdviceRun): boolean => endedAt !== null

async function started(statements: readonly string[] = [], extra: Partial<Workspace> = {}): Promise<Engine> {
  const folder = bench.folder()
  if (statements.length > 0) writeHistory(folder, statements)
  const engine = await bench.started(plan(folder, extra))
  await untilEnded(engine, count)
  return engine
}

describe('a search', () => {
  it('finds indexes and rollups for what was asked, live and in a snapshot', async () => {
    const day = begun + 24 * hour
    const engine = await started([
      'SELECT * FROM t WHERE length(hex(name || size)) > 3 AND n = 777',
      `SELECT sum(size) FROM t WHERE length(hex(name || size)) > 3 AND at >= ${String(day)} AND at < ${String(day + 60_000)}`,
      'SELECT name, count(*) AS rows FROM t GROUP BY name',
      'SELECT * FROM gone',
    ])
    expect(engine.advisor.start().run).toMatchObject({ state: 'running', findings: { indexes: [] } })
    const { state, findings } = await until(engine, hasEnded)
    expect(state).toBe('done')
    expect(findings).toMatchObject({ statements: 4, considered: 4, scanning: 3, tried: 3 })
    expect(findings.indexes.map(({ columns: by, yaml }) => [by, yaml]).sort()).toEqual([
      [['at'], 'indexes: [at]'],
      [['n'], 'indexes: [n]'],
    ])
    expect(findings.rollups).toMatchObject([
      {
        rollup: 'hours',
        sql: 'SELECT name, sum(rows) AS rows\nFROM hours\nGROUP BY name',
        sampledRows: count,
        note: '',
      },
    ])

    engine.snapshots.start('taken.db')
    let snapshot = await engine.snapshots.watch(null)
    while (snapshot.run?.endedAt === null) snapshot = await engine.snapshots.watch(snapshot.version)
    await engine.stop()
    const file = snapshot.run?.file ?? ''
    const base = path.dirname(file)
    const offline = createSnapshotEngine(await openSnapshot(file), plan(base), ports(base))
    await offline.start()
    try {
      offline.advisor.start()
      const again = await until(offline, hasEnded)
      expect(again.findings).toMatchObject({ scanning: 3, tried: 3 })
      expect(again.findings.indexes).toHaveLength(2)
    } finally {
      await offline.stop()
    }
  })

  it('says so where nothing has been asked', async () => {
    const engine = await started()
    engine.advisor.start()
    expect(await until(engine, hasEnded)).toMatchObject({
      state: 'done',
      findings: { statements: 0, tried: 0 },
    })
  })

  it('is cancelled at once, whatever a statement does, and keeps what it found', async () => {
    const engine = await started([endless, 'SELECT name, count(*) FROM t GROUP BY name'])
    const { run } = engine.advisor.start()
    await until(engine, ({ findings }) => findings.tried === 1)
    expect(engine.advisor.start().run?.id).toBe(run?.id)
    const before = await listDescendants(process.pid)
    expect((await engine.advisor.stop('another')).run?.state).toBe('running')
    const stopped = await engine.advisor.stop(run?.id ?? '')
    expect(stopped.run).toMatchObject({
      state: 'cancelled',
      error: null,
      findings: { tried: 1, rollups: [{ rollup: 'hours' }] },
    })
    expect((await listDescendants(process.pid)).length).toBe(before.length - 1)
    engine.advisor.start()
    await until(engine, ({ state }) => state === 'running')
  })

  it('says why where its process is lost, and the engine goes on', async () => {
    const engine = await started([endless])
    const idle = new Set((await listDescendants(process.pid)).map(({ pid }) => pid))
    engine.advisor.start()
    await until(engine, ({ findings }) => findings.scanning === 1)
    const fresh = (await listDescendants(process.pid)).filter(
      ({ pid, command }) => !idle.has(pid) && command.includes('query.process'),
    )
    expect(fresh.length).toBeGreaterThan(0)
    for (const { pid } of fresh) process.kill(pid, 'SIGKILL')
    expect(await until(engine, hasEnded)).toMatchObject({
      state: 'failed',
      error: { code: 'QUERY_PROCESS_LOST' },
    })
    expect(await query(engine, 'SELECT count(*) FROM t')).toEqual([[count]])
  })
})

describe('the rollup of a statement', () => {
  const statements = [
    'SELECT x.name, count(*), max(x.n) FROM t AS x GROUP BY name',
    'SELECT name, sum(size), count(*) FILTER (WHERE n < 100) FROM t GROUP BY name HAVING count(*) > 1300',
    `SELECT at / ${String(hour)} AS hour, name, avg(size), max(n) FROM t GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 400`,
    "SELECT date(at / 1000, 'unixepoch') AS day, count(*) FROM t GROUP BY day",
    `SELECT name, count(*) FROM t WHERE at >= ${String(begun + 24 * hour)} AND name LIKE 'n1%' GROUP BY name`,
    'SELECT count(*) FROM t WHERE name IS NULL',
  ]
  it('gives the same rows, and is not named where it does not', async () => {
    const engine = await started()
    for (const sql of statements) {
      const hint = await engine.advisor.rollupFor(sql, 1)
      expect(hint, sql).toMatchObject({ table: 't', note: '' })
      const order = (rows: unknown[][]): unknown[] => rows.map((row) => row.map(String).join('|')).sort()
      expect(order(await query(engine, hint?.sql ?? '')), sql).toEqual(order(await query(engine, sql)))
    }
    for (const sql of [
      'SELECT name, min(n) FROM t GROUP BY name',
      'SELECT no, count(*) FROM t GROUP BY no',
      'no SQL',
      'SELECT 1',
    ])
      expect(await engine.advisor.rollupFor(sql, 60_000), sql).toBeNull()
  })

  it('is one that has come while the engine ran', async () => {
    const engine = await started([], { rollups: [] })
    const sql = 'SELECT name, count(*) FROM t GROUP BY name'
    expect(await engine.advisor.rollupFor(sql, 60_000)).toBeNull()
    const folder = path.dirname(path.dirname(engine.storeFile))
    expect(await engine.change(plan(folder, {}))).toBe(true)
    await untilLive(
      engine,
      ({ rollups }) => rollups.length > 0 && rollups.every(({ rows }) => rows === count),
    )
    expect(await engine.advisor.rollupFor(sql, 1)).toMatchObject({ table: 't', rollup: 'hours' })
  })

  it('tells of rows that the table no longer holds', async () => {
    const engine = await started([], {
      tables: [table('t', 's', [step('all', 'SELECT * FROM input')], { retainRows: 10_000 })],
    })
    const hint = await engine.advisor.rollupFor('SELECT name, count(*) FROM t GROUP BY name', 1)
    expect(hint?.note).toMatch(/^hours also counts rows that t no longer holds \([\d,]+ were evicted\)\.$/)
  })
})

it('an index on the event time serves ranges of it, and the planner takes it for recent ones', async () => {
  const engine = await started([], {
    tables: [table('t', 's', [step('all', 'SELECT * FROM input')], { indexes: [['at']] })],
  })
  const details = async (sql: string): Promise<string> =>
    (await query(engine, `EXPLAIN QUERY PLAN ${sql}`)).map((row) => String(row[3])).join('; ')
  const recent = begun + (count - 30) * 10_000
  expect(await details(`SELECT name, count(*) FROM t WHERE at >= ${String(recent)} GROUP BY name`)).toMatch(
    /^SEARCH t USING INDEX t\/by at \(at>\?\)/,
  )
  expect(
    await details(`SELECT count(*) FROM t WHERE at BETWEEN ${String(recent)} AND ${String(recent + 5)}`),
  ).toBe('SEARCH t USING COVERING INDEX t/by at (at>? AND at<?)')
  const computed = "SELECT count(*) FROM t WHERE at >= (unixepoch('2026-01-07 22:00') - 300) * 1000"
  expect(await details(computed)).toBe('SEARCH t USING COVERING INDEX t/by at (at>?)')
  expect(await details(computed.replace('at >=', 'at / 1 >='))).toMatch(/^SCAN t/)
})
