/** Tables and columns that come when their source has read records before: filled from the source, exactly, also after a crash. */
import { expect, it } from 'vitest'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import type { EngineThread } from '../../src-main/engine/threads/engine-thread.ts'
import type { Table, Workspace } from '../../src-main/workspace/model.ts'
import { capture, query, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { column, rollup, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const columns = [column('n', 'integer'), column('k', 'text')]
const disk = { mode: 'disk', limitBytes: null, budgetBytes: null } as const

const t = (sql = 'SELECT n FROM input', extra: Partial<Table> = {}): Table =>
  table('t', 's', [step('all', sql)], extra)

/** Records `{"n": 0, "k": "k0"}` and so on, over 10 keys. */
function lines(count: number): string[] {
  return Array.from({ length: count }, (_, n) => JSON.stringify({ n, k: `k${String(n % 10)}` }))
}

/** A workspace over a capture of so many records in two partitions. */
function plan(
  folder: string,
  file: string,
  parts: Partial<Workspace>,
  perSecond: number | null = null,
): Workspace {
  const rate =
    perSecond === null ? { kind: 'max' as const } : { kind: 'perSecond' as const, records: perSecond }
  return workspace(folder, {
    sources: [source('s', file, columns, { rate, partitions: 2, keyPath: ['k'] })],
    tables: [t()],
    store: disk,
    ...parts,
  })
}

/** The same capture into another store, read with all tables from the first record on. */
async function readAtOnce(parts: Partial<Workspace>, file: string, count: number): Promise<Engine> {
  const engine = await bench.started(plan(bench.folder(), file, parts))
  await untilEnded(engine, count)
  return engine
}

async function untilFilled(engine: Engine): Promise<void> {
  await untilLive(engine, ({ backfills }) => backfills.length === 0)
}

async function runsWithPlaces(engine: Engine): Promise<unknown[]> {
  return (
    await query(engine, "SELECT DISTINCT source FROM _penstock_positions WHERE source LIKE '%/%' ORDER BY 1")
  ).flat()
}

/** Rows of a table as they lie, without the time of their arrival. */
function rowsOf(engine: Engine, name: string, names: string): Promise<unknown[][]> {
  return query(
    engine,
    `SELECT ${names}, _partition, _offset FROM ${name} ORDER BY _partition, rowid LIMIT 500`,
  )
}

it('a new table gets what its source has read before, and goes on with what comes', async () => {
  const count = 6000
  const folder = bench.folder()
  const file = capture(folder, lines(count))
  const tables = [t(), table('even', 's', [step('even', 'SELECT n, k FROM input WHERE n % 2 = 0')])]
  const rollups = [rollup('r', 'even', { rows: 'count(*)', total: 'sum(n)' }, { by: ['k'] })]
  const engine = await bench.started(plan(folder, file, {}, 3000))
  await untilLive(engine, (snapshot) => (snapshot.tables[0]?.rows ?? 0) > 1500)
  expect(await engine.change(plan(folder, file, { tables, rollups }, 3000))).toBe(true)
  const { events } = await untilEnded(engine, count)
  await untilFilled(engine)
  const all = await readAtOnce({ tables, rollups }, file, count)
  for (const sql of [
    'SELECT count(*), count(DISTINCT n), sum(n) FROM even',
    'SELECT count(*), count(DISTINCT n), sum(n) FROM t',
    'SELECT k, rows, total FROM r ORDER BY k',
    "SELECT rows, landed, evicted FROM sys_tables WHERE name = 'even'",
  ])
    expect(await query(engine, sql)).toEqual(await query(all, sql))
  expect(await rowsOf(engine, 'even', 'n, k')).toEqual(await rowsOf(all, 'even', 'n, k'))
  expect(
    await query(
      engine,
      'SELECT count(*) FROM even a JOIN even b ON b.rowid = a.rowid + 1 WHERE b._partition = a._partition AND b._offset <= a._offset',
    ),
  ).toEqual([[0]])
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['backfill-begun', 'backfill-done']))
  expect(await query(engine, 'SELECT state, rows > 500, rows < 3000, columns FROM sys_backfills')).toEqual([
    ['done', 1, 1, '[]'],
  ])
  expect(await query(engine, "SELECT count(*) FROM _penstock_positions WHERE source LIKE '%/%'")).toEqual([
    [0],
  ])
})

it('new columns are filled into the rows that are there, before a rollup takes them in', async () => {
  const count = 5000
  const folder = bench.folder()
  const file = capture(folder, lines(count))
  const tables = [t('SELECT n, n * 2 AS twice, upper(k) AS "K, as text" FROM input')]
  const rollups = [rollup('r', 't', { total: 'sum(twice)', rows: 'count(twice)' })]
  const engine = await bench.started(plan(folder, file, {}))
  await untilEnded(engine, count)
  expect(await engine.change(plan(folder, file, { tables, rollups }))).toBe(true)
  await untilLive(
    engine,
    (snapshot) => snapshot.backfills.length === 0 && snapshot.rollups[0]?.rows === count,
  )
  expect(
    await query(engine, `SELECT count(*), sum(twice = 2 * n), sum("K, as text" = 'K' || (n % 10)) FROM t`),
  ).toEqual([[count, count, count]])
  expect(await query(engine, 'SELECT total, rows FROM r')).toEqual([[count * (count - 1), count]])
  expect(await query(engine, 'SELECT state, rows, records FROM sys_backfills')).toEqual([
    ['done', count, count],
  ])
  expect(await query(engine, "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%/place%'")).toEqual([[0]])
  const events = await engine.listEvents({ limit: 50 })
  expect(events.filter(({ kind }) => kind.startsWith('index'))).toEqual([])
})

it('a column of a table with a key is filled where the newest record of the key is one of before', async () => {
  const count = 3000
  const folder = bench.folder()
  const file = capture(folder, lines(count))
  const key = { columns: ['k'], newestBy: null, deleteWhen: null, position: { line: 1, column: 1 } }
  const engine = await bench.started(plan(folder, file, { tables: [t('SELECT k, n FROM input', { key })] }))
  await untilEnded(engine, count)
  const tables = [t('SELECT k, n, n + 1 AS next FROM input', { key })]
  expect(await engine.change(plan(folder, file, { tables }))).toBe(true)
  await untilFilled(engine)
  expect(await query(engine, 'SELECT count(*), sum(next = n + 1), min(n) FROM t')).toEqual([
    [10, 10, count - 10],
  ])
})

it('rows that cannot be told apart by their records keep NULL, and it is said', async () => {
  const folder = bench.folder()
  const file = capture(folder, lines(100))
  const grouped = (more: string): Table => t(`SELECT k, count(*) AS rows${more} FROM input GROUP BY k`)
  const doubled = (more: string): Table =>
    table('d', 's', [step('twice', `SELECT n, j.value AS part${more} FROM input, json_each('[1,2]') AS j`)])
  const engine = await bench.started(plan(folder, file, { tables: [grouped(''), doubled('')] }))
  await untilEnded(engine, 100)
  const tables = [grouped(', sum(n) AS total'), doubled(', n + j.value AS more')]
  expect(await engine.change(plan(folder, file, { tables }))).toBe(true)
  await untilFilled(engine)
  expect(await query(engine, 'SELECT count(total) FROM t')).toEqual([[0]])
  expect(await query(engine, 'SELECT count(*), count(more) FROM d')).toEqual([[200, 0]])
  const events = await engine.listEvents({ limit: 50 })
  expect(events.find(({ kind }) => kind === 'backfill-left-out')?.message).toMatch(
    /^t holds NULL in total for the rows/,
  )
})

it('a table with a key and one without duplicates are filled as if they had always been there', async () => {
  const count = 4000
  const folder = bench.folder()
  const file = capture(folder, [...lines(count), ...lines(500)])
  const place = { line: 1, column: 1 }
  const keyed = table('newest', 's', [step('all', 'SELECT k, n FROM input')], {
    key: { columns: ['k'], newestBy: { column: 'n', position: place }, deleteWhen: null, position: place },
  })
  const distinct = table('once', 's', [step('all', 'SELECT n, k FROM input')], {
    deduplicate: { by: ['n'], withinMs: 86_400_000, position: place },
  })
  const tables = [t(), keyed, distinct]
  const engine = await bench.started(plan(folder, file, {}))
  await untilEnded(engine, count + 500)
  expect(await engine.change(plan(folder, file, { tables }))).toBe(true)
  await untilFilled(engine)
  expect(await query(engine, 'SELECT k, n FROM newest ORDER BY k')).toEqual(
    Array.from({ length: 10 }, (_, k) => [`k${String(k)}`, count - 10 + k]),
  )
  expect(await query(engine, 'SELECT count(*), count(DISTINCT n) FROM once')).toEqual([[count, count]])
  expect(await query(engine, "SELECT rows, duplicates FROM sys_tables WHERE name = 'once'")).toEqual([
    [count, 500],
  ])
})

it.each(['store', 'ingest'])(
  'goes on exactly where it was when the %s thread ends in the middle',
  async (name) => {
    const count = 60_000
    const folder = bench.folder()
    const file = capture(folder, lines(count))
    const threads: EngineThread[] = []
    const engine = await bench.started(plan(folder, file, {}), {
      threadStarted: (thread) => threads.push(thread),
    })
    await untilEnded(engine, count)
    const tables = [
      t('SELECT n, n * 2 AS twice FROM input'),
      table('copy', 's', [
        step('slow', 'SELECT n FROM input WHERE length(hex(zeroblob(20000 + n % 2))) > 0'),
      ]),
    ]
    expect(await engine.change(plan(folder, file, { tables }))).toBe(true)
    await untilLive(engine, ({ backfills }) => backfills.some(({ records }) => records > 0))
    await threads.findLast((thread) => thread.name === name)?.worker.terminate()
    await untilLive(engine, ({ events }) => events.some(({ kind }) => kind === 'thread-crashed'))
    await untilLive(engine, ({ state, backfills }) => state === 'running' && backfills.length === 0)
    expect(await query(engine, 'SELECT count(*), count(DISTINCT n) FROM copy')).toEqual([[count, count]])
    expect(await query(engine, 'SELECT count(*), sum(twice = 2 * n) FROM t')).toEqual([[count, count]])
  },
)

it('a table that goes in the middle pauses, and gets the rest when it comes back', async () => {
  const count = 2000
  const folder = bench.folder()
  const file = capture(folder, lines(count))
  const engine = await bench.started(plan(folder, file, {}))
  await untilEnded(engine, count)
  await engine.pause()
  const copy = table('copy', 's', [step('all', 'SELECT n FROM input')])
  const other = table('other', 's', [step('all', 'SELECT k FROM input')])
  expect(await engine.change(plan(folder, file, { tables: [t(), copy, other] }))).toBe(true)
  await untilLive(engine, ({ backfills }) => backfills.length === 2)
  expect(await engine.change(plan(folder, file, { tables: [t(), other] }))).toBe(true)
  await engine.resume()
  await untilFilled(engine)
  expect(await query(engine, 'SELECT table_name, state FROM sys_backfills ORDER BY 1')).toEqual([
    ['copy', 'paused'],
    ['other', 'done'],
  ])
  expect(await query(engine, 'SELECT (SELECT count(*) FROM copy), count(*) FROM other')).toEqual([[0, count]])
  expect(await runsWithPlaces(engine)).toEqual(['s/1/paused/until'])
  expect(await engine.change(plan(folder, file, { tables: [t(), copy, other] }))).toBe(true)
  await untilFilled(engine)
  expect(await query(engine, 'SELECT count(*), count(DISTINCT n) FROM copy')).toEqual([[count, count]])
  expect(await query(engine, "SELECT count(*) FROM _penstock_positions WHERE source LIKE '%/%'")).toEqual([
    [0],
  ])
})

it('a table that was whole and goes gets what it missed when it comes back', async () => {
  const count = 6000
  const folder = bench.folder()
  const file = capture(folder, lines(count))
  const tables = [t(), table('copy', 's', [step('all', 'SELECT n FROM input')])]
  const engine = await bench.started(plan(folder, file, { tables }, 3000))
  await untilLive(engine, (snapshot) => snapshot.tables.every(({ rows }) => rows > 1000))
  expect(await engine.change(plan(folder, file, {}, 3000))).toBe(true)
  const atFirst = (await query(engine, 'SELECT count(*) FROM copy'))[0]?.[0]
  await untilLive(engine, (snapshot) => (snapshot.tables[0]?.rows ?? 0) > Number(atFirst) + 1000)
  expect(await engine.change(plan(folder, file, { tables }, 3000))).toBe(true)
  await untilEnded(engine, count)
  await untilFilled(engine)
  for (const name of ['t', 'copy'])
    expect(await query(engine, `SELECT count(*), count(DISTINCT n) FROM ${name}`)).toEqual([[count, count]])
  const missed = Number((await query(engine, 'SELECT rows FROM sys_backfills'))[0]?.[0])
  expect(missed).toBeGreaterThan(1000)
  expect(missed).toBeLessThan(count - 1000)
})

it('of two columns that are being filled one goes, and gets all when it comes back', async () => {
  const count = 2000
  const folder = bench.folder()
  const file = capture(folder, lines(count))
  const both = t('SELECT n, n + 1 AS a, n + 2 AS b FROM input')
  const engine = await bench.started(plan(folder, file, {}))
  await untilEnded(engine, count)
  await engine.pause()
  expect(await engine.change(plan(folder, file, { tables: [both] }))).toBe(true)
  await untilLive(engine, ({ backfills }) => backfills.length === 1)
  const one = t('SELECT n, n + 2 AS b FROM input')
  expect(await engine.change(plan(folder, file, { tables: [one] }))).toBe(true)
  await engine.resume()
  await untilFilled(engine)
  expect(await query(engine, 'SELECT count(*), sum(b = n + 2), count(a) FROM t')).toEqual([[count, count, 0]])
  expect(await engine.change(plan(folder, file, { tables: [both] }))).toBe(true)
  await untilFilled(engine)
  expect(await query(engine, 'SELECT sum(b = n + 2), sum(a = n + 1) FROM t')).toEqual([[count, count]])
})

it('a column that goes gets what it missed when it comes back', async () => {
  const count = 6000
  const folder = bench.folder()
  const file = capture(folder, lines(count))
  const tables = [t('SELECT n, n * 2 AS twice FROM input')]
  const engine = await bench.started(plan(folder, file, { tables }, 3000))
  await untilLive(engine, (snapshot) => (snapshot.tables[0]?.rows ?? 0) > 1000)
  expect(await engine.change(plan(folder, file, {}, 3000))).toBe(true)
  await untilLive(engine, (snapshot) => (snapshot.tables[0]?.rows ?? 0) > 4000)
  expect(await engine.change(plan(folder, file, { tables }, 3000))).toBe(true)
  await untilEnded(engine, count)
  await untilFilled(engine)
  expect(await query(engine, 'SELECT count(*), sum(twice = 2 * n) FROM t')).toEqual([[count, count]])
})

it('a table that goes and comes, again and again, leaves no more places than it needs', async () => {
  const folder = bench.folder()
  const file = capture(folder, lines(100))
  const engine = await bench.started(plan(folder, file, {}))
  await untilEnded(engine, 100)
  await engine.pause()
  const tables = [t(), table('copy', 's', [step('all', 'SELECT n FROM input')])]
  for (const version of [{ tables }, {}, { tables }, {}])
    expect(await engine.change(plan(folder, file, version))).toBe(true)
  expect(await runsWithPlaces(engine)).toEqual(['s/1/paused/until'])
})

it('records that come too late stay out also where the workspace changes in the middle, and it is said', async () => {
  const count = 60_000
  const folder = bench.folder()
  // Nothing is late in the first batches, and each tenth record afterwards.
  const isLate = (n: number): boolean => n >= 20_000 && n % 10 === 0
  const at = (n: number): number => 1_700_000_000_000 + (isLate(n) ? 0 : n * 1000)
  const file = capture(
    folder,
    Array.from({ length: count }, (_, n) => JSON.stringify({ n, at: at(n) })),
  )
  const timed = source('s', file, [...columns, column('at', 'timestamp')])
  const sources = [{ ...timed, eventTime: 'at', latenessMs: 1000, tooLate: 'dead_letter' as const }]
  const engine = await bench.started(plan(folder, file, { sources }))
  await untilEnded(engine, count)
  const slow = 'SELECT n FROM input WHERE length(hex(zeroblob(20000))) > 0'
  const version = (sql: string): Workspace =>
    plan(folder, file, { sources, tables: [t(sql), table('copy', 's', [step('slow', slow)])] })
  expect(await engine.change(version('SELECT n FROM input'))).toBe(true)
  for (let filter = 0, goesOn = true; goesOn; filter++) {
    await untilLive(engine, ({ backfills }) => backfills.every(({ records }) => records > 20_000))
    expect(await engine.change(version(`SELECT n FROM input WHERE n <> -1 - ${String(filter)}`))).toBe(true)
    const { backfills } = await engine.live.next(null, null)
    goesOn = backfills.length > 0
  }
  const late = count / 10 - 2000
  expect(await query(engine, 'SELECT count(*) FROM copy')).toEqual([[count - late]])
  const events = await engine.listEvents({ limit: 50 })
  expect(events.find(({ kind }) => kind === 'backfill-done')?.message).toBe(
    `copy is filled: ${String(count - late)} rows from ${String(count)} records, of which ${String(late)} came too late by their event time`,
  )
  expect(await query(engine, "SELECT count(*) FROM _penstock_watermarks WHERE source LIKE '%/%'")).toEqual([
    [0],
  ])
})

it('a column is filled into rows of records that would come too late now', async () => {
  const count = 10_000
  const folder = bench.folder()
  const at = (n: number): number => 1_700_000_000_000 + (n >= 8000 ? 0 : n * 1000)
  const file = capture(
    folder,
    Array.from({ length: count }, (_, n) => JSON.stringify({ n, at: at(n) })),
  )
  const timed = { ...source('s', file, [...columns, column('at', 'timestamp')]), eventTime: 'at' }
  const sources = [{ ...timed, latenessMs: 1000 }]
  const engine = await bench.started(plan(folder, file, { sources }))
  await untilEnded(engine, count)
  const tables = [
    t('SELECT n, n + 1 AS more FROM input'),
    table('copy', 's', [step('all', 'SELECT n FROM input')]),
  ]
  const stricter = sources.map((entry) => ({ ...entry, tooLate: 'dead_letter' as const }))
  expect(await engine.change(plan(folder, file, { sources: stricter, tables }))).toBe(true)
  await untilFilled(engine)
  expect(await query(engine, 'SELECT count(*), sum(more = n + 1) FROM t')).toEqual([[count, count]])
  expect(await query(engine, 'SELECT count(*) < 9000 FROM copy')).toEqual([[1]])
})

it('a column that is being filled keeps NULL where its steps do not keep rows apart any more', async () => {
  const count = 100
  const folder = bench.folder()
  const file = capture(folder, lines(count))
  const engine = await bench.started(plan(folder, file, {}))
  await untilEnded(engine, count)
  await engine.pause()
  const more = t('SELECT n, n + 1 AS a FROM input')
  expect(await engine.change(plan(folder, file, { tables: [more] }))).toBe(true)
  const grouped = t('SELECT n, max(n + 1) AS a FROM input GROUP BY n')
  expect(await engine.change(plan(folder, file, { tables: [grouped] }))).toBe(true)
  await engine.resume()
  await untilFilled(engine)
  expect(await query(engine, 'SELECT count(*), count(a) FROM t')).toEqual([[count, 0]])
  expect((await engine.listEvents({ limit: 50 })).map(({ kind }) => kind)).toContain('backfill-left-out')
})

it('records that a new step cannot take become dead letters once, and those of before do not again', async () => {
  const folder = bench.folder()
  const file = capture(folder, ['{"n":1}', '{"n":"x"}', '{"n":0}', '{"n":-9223372036854775808}'])
  const engine = await bench.started(plan(folder, file, {}))
  await untilEnded(engine, 4)
  const tables = [t(), table('absolute', 's', [step('abs', 'SELECT abs(n) AS a FROM input')])]
  expect(await engine.change(plan(folder, file, { tables }))).toBe(true)
  await untilFilled(engine)
  expect(await query(engine, 'SELECT count(*) FROM absolute')).toEqual([[2]])
  expect(await query(engine, 'SELECT source, table_name, step FROM sys_dead_letters ORDER BY id')).toEqual([
    ['s', '', 'decode'],
    ['s', 'absolute', 'abs'],
  ])
})

it('is begun by a start, too, where the workspace was changed meanwhile', async () => {
  const count = 2000
  const folder = bench.folder()
  const file = capture(folder, lines(count))
  const first = await bench.started(plan(folder, file, {}))
  await untilEnded(first, count)
  await first.stop()
  const tables = [t(), table('copy', 's', [step('all', 'SELECT n FROM input')])]
  const second = await bench.started(plan(folder, file, { tables }))
  await untilLive(second, ({ tables: live, backfills }) => live[1]?.rows === count && backfills.length === 0)
  expect(await query(second, 'SELECT count(DISTINCT n) FROM copy')).toEqual([[count]])
})

it('is left out where the workspace does not want it', async () => {
  const folder = bench.folder()
  const file = capture(folder, lines(100))
  const engine = await bench.started(plan(folder, file, {}))
  await untilEnded(engine, 100)
  const tables = [
    t('SELECT n, n * 2 AS twice FROM input', { backfills: false }),
    table('copy', 's', [step('all', 'SELECT n FROM input')], { backfills: false }),
  ]
  expect(await engine.change(plan(folder, file, { tables }))).toBe(true)
  expect(await query(engine, 'SELECT count(twice), (SELECT count(*) FROM copy) FROM t')).toEqual([[0, 0]])
  expect(await query(engine, 'SELECT count(*) FROM sys_backfills')).toEqual([[0]])
})
