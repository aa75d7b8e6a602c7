/** Whole pipelines on real threads and files: what goes in comes out, exactly. */
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { capture, query, readStore, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { column, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const columns = [
  column('n', 'integer', { nullable: false }),
  column('name', 'text'),
  column('big', 'integer'),
]
const records = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => JSON.stringify({ n, name: `name ${String(n % 7)}`, big: 1 }))

describe('ingest', () => {
  it('lands every good record once, keeps every bad one, and counts both exactly', async () => {
    const folder = bench.folder()
    const lines = records(50_000)
    const bad = new Map([
      [10, '{"n":'],
      [20_000, '{"n":"x"}'],
      [20_001, '{"name":"no n"}'],
      [49_999, 'nonsense'],
    ])
    for (const [index, line] of bad) lines[index] = line
    const parts = {
      sources: [source('s', capture(folder, lines), columns, { partitions: 3, keyPath: ['name'] })],
      tables: [
        table('even', 's', [
          step('all', 'SELECT * FROM input'),
          step('kept', 'SELECT * FROM "all" WHERE n % 2 = 0'),
        ]),
      ],
    }
    const engine = await bench.started(
      workspace(folder, { ...parts, store: { mode: 'disk', limitBytes: null, budgetBytes: null } }),
    )
    const snapshot = await untilEnded(engine, 50_000)
    expect(snapshot.sources[0]).toMatchObject({ records: 50_000, dead: 4, state: 'ended' })
    const store = engine.storeFile
    const expected = Array.from({ length: 50_000 }, (_, n) => n).filter((n) => n % 2 === 0 && !bad.has(n))
    expect(readStore(store, 'SELECT n FROM even ORDER BY n').map((row) => row['n'])).toEqual(expected)
    expect(
      readStore(store, 'SELECT kind, reason FROM sys_dead_letters ORDER BY id').map((row) => row['kind']),
    ).toEqual(['invalid-json', 'type', 'missing', 'invalid-json'])
    const [counts] = readStore(
      store,
      "SELECT sum(rows_in) AS i, sum(rows_out) AS o, sum(filtered) AS f FROM sys_steps WHERE step = 'kept'",
    )
    expect(counts).toEqual({ i: 49_996, o: expected.length, f: 49_996 - expected.length })
    const spread = readStore(
      store,
      'SELECT partition, next_offset FROM _penstock_positions WHERE partition >= 0 ORDER BY partition',
    )
    expect(spread.reduce((sum, row) => sum + Number(row['next_offset']), 0)).toBe(50_000)
    const [total] = readStore(
      store,
      'SELECT sum(records) AS r, sum(dead) AS d, sum(rows_landed) AS l FROM sys_batches',
    )
    expect(total).toEqual({ r: 50_000, d: 4, l: expected.length })
    const [topics] = readStore(store, 'SELECT sum(records) AS r, sum(dead) AS d FROM sys_topics')
    expect(topics).toEqual({ r: 50_000, d: 4 })
    await engine.stop()
    const [latencies] = readStore(
      store,
      'SELECT count(*) AS n FROM sys_batches WHERE latency_p99_ms IS NULL OR commit_ms IS NULL',
    )
    expect(latencies).toEqual({ n: 0 })
  })

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('replays a %s capture of envelopes with their keys, headers and timestamps', async (name, pack) => {
    const folder = bench.folder()
    const lines = records(300).map((value, n) =>
      JSON.stringify({
        key: `k${String(n % 5)}`,
        headers: { trace: n },
        timestamp: 1_700_000_000_000 + n,
        value: JSON.parse(value) as unknown,
      }),
    )
    lines[7] = '{"key":"k2","headers":{"trace":7},"value":{"n":"seven"}}'
    const file = path.join(folder, `capture.${name}`)
    writeFileSync(file, pack(lines.join('\n')))
    const parts = { sources: [source('s', file, columns, { partitions: 4 })], tables: [table('t', 's', [])] }
    const engine = await bench.started(workspace(folder, parts))
    await untilEnded(engine, 300)
    const rows = readStore(engine.storeFile, 'SELECT n, _timestamp, _partition FROM t ORDER BY n')
    expect(rows.map((row) => Number(row['_timestamp']) - Number(row['n']))).toEqual(
      Array<number>(299).fill(1_700_000_000_000),
    )
    const partitions = readStore(engine.storeFile, 'SELECT DISTINCT n % 5 AS key, _partition FROM t')
    expect(partitions.length).toBe(5)
    expect(
      readStore(engine.storeFile, 'SELECT key, headers, CAST(value AS TEXT) AS value FROM sys_dead_letters'),
    ).toEqual([{ key: 'k2', headers: '{"trace":7}', value: '{"n":"seven"}' }])
  })

  it('infers columns that are not declared', async () => {
    const folder = bench.folder()
    const file = capture(folder, [
      '{"id":9223372036854775807,"price":1.5,"ok":true,"tags":["a"],"at":"2024-01-02T03:04:05Z"}',
    ])
    const engine = await bench.started(
      workspace(folder, { sources: [source('s', file, null)], tables: [table('t', 's', [])] }),
    )
    await untilEnded(engine, 1)
    expect(await query(engine, 'SELECT id, price, ok, tags, at FROM t')).toEqual([
      [{ i: '9223372036854775807' }, 1.5, 1, '["a"]', 1_704_164_645_000],
    ])
    expect(engine.sourceColumns.get('s')?.inferred).toBe(true)
  })

  it('keeps values apart on their way to the client: 64 bits, 5 and 5.0, NULL and empty text', async () => {
    const folder = bench.folder()
    const typed = [column('i', 'integer'), column('r', 'real'), column('t', 'text'), column('u', 'text')]
    const file = capture(folder, ['{"i":-9223372036854775808,"r":5,"t":"","u":null}'])
    const engine = await bench.started(
      workspace(folder, { sources: [source('s', file, typed)], tables: [table('t', 's', [])] }),
    )
    await untilEnded(engine, 1)
    expect(await query(engine, "SELECT i, r, t, u, 5, x'00ff' FROM t")).toEqual([
      [{ i: '-9223372036854775808' }, { r: '5.0' }, '', null, 5, { b: 'AP8=', n: 2 }],
    ])
  })

  it('loops, and keeps offsets growing over the passes', async () => {
    const folder = bench.folder()
    const input = { loop: true, rate: { kind: 'perSecond', records: 5000 } as const }
    const parts = {
      sources: [source('s', capture(folder, records(100)), columns, input)],
      tables: [table('t', 's', [])],
    }
    const engine = await bench.started(
      workspace(folder, { ...parts, store: { mode: 'disk', limitBytes: null, budgetBytes: null } }),
    )
    await untilLive(engine, (snapshot) => (snapshot.sources[0]?.records ?? 0) > 350)
    await engine.stop()
    const [row] = readStore(
      engine.storeFile,
      'SELECT count(*) AS c, max(_offset) + 1 AS o, count(DISTINCT _offset) AS d FROM t',
    )
    expect(row?.['c']).toBe(row?.['o'])
    expect(row?.['c']).toBe(row?.['d'])
    const perValue = readStore(engine.storeFile, 'SELECT n, count(*) AS c FROM t GROUP BY n')
    const counts = perValue.map((entry) => Number(entry['c']))
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  })

  it('keeps the original pace by event time', async () => {
    const folder = bench.folder()
    const at = column('at', 'timestamp')
    const lines = [0, 200, 400].map((ms) => JSON.stringify({ at: 1_700_000_000_000 + ms * 10 }))
    const paced = {
      ...source('s', capture(folder, lines), [at], { rate: { kind: 'original', factor: 10 } }),
      eventTime: 'at',
    }
    const engine = await bench.started(workspace(folder, { sources: [paced], tables: [table('t', 's', [])] }))
    await untilEnded(engine, 3)
    const times = readStore(engine.storeFile, 'SELECT _timestamp AS t FROM t ORDER BY _offset').map((row) =>
      Number(row['t']),
    )
    // The pace is counted from a moment after the start, and no record goes before its time.
    const early = times.filter((time, index) => time - engine.startedAt < index * 200)
    expect({ records: times.length, early }).toEqual({ records: 3, early: [] })
  })

  it('holds while paused and goes on after', async () => {
    const folder = bench.folder()
    const input = { rate: { kind: 'perSecond', records: 20_000 } as const }
    const parts = {
      sources: [source('s', capture(folder, records(20_000)), columns, input)],
      tables: [table('t', 's', [])],
    }
    const engine = await bench.started(workspace(folder, parts))
    await untilLive(engine, (snapshot) => (snapshot.sources[0]?.records ?? 0) > 100)
    await engine.pause()
    const held = await untilLive(engine, (snapshot) => snapshot.sources[0]?.state === 'paused')
    expect(held.state).toBe('paused')
    await engine.resume()
    const done = await untilEnded(engine, 20_000)
    expect(done.tables[0]?.landed).toBe(20_000)
  })

  it('evicts the oldest rows over the bound and says how many', async () => {
    const folder = bench.folder()
    const parts = {
      sources: [source('s', capture(folder, records(60_000)), columns)],
      tables: [table('t', 's', [], { retainRows: 1000 })],
    }
    const engine = await bench.started(workspace(folder, parts))
    const snapshot = await untilLive(
      engine,
      ({ tables: [entry] }) => entry?.landed === 60_000 && entry.rows === 1000,
    )
    expect(snapshot.tables[0]).toMatchObject({ rows: 1000, landed: 60_000, evicted: 59_000 })
    expect(readStore(engine.storeFile, 'SELECT min(n) AS a, max(n) AS b, count(*) AS c FROM t')).toEqual([
      { a: 59_000, b: 59_999, c: 1000 },
    ])
  })

  it('evicts rows by age', async () => {
    const folder = bench.folder()
    const parts = {
      sources: [source('s', capture(folder, records(100)), columns)],
      tables: [table('t', 's', [], { retainAgeMs: 1500 })],
    }
    const engine = await bench.started(workspace(folder, parts))
    const snapshot = await untilLive(
      engine,
      ({ tables: [entry] }) => entry?.landed === 100 && entry.rows === 0,
    )
    expect(snapshot.tables[0]).toMatchObject({ evicted: 100, oldestAt: null })
  })

  it('waits for a capture that is not there, and reads it when it comes', async () => {
    const folder = bench.folder()
    const file = path.join(folder, 'late.ndjson')
    const engine = await bench.started(
      workspace(folder, { sources: [source('s', file, columns)], tables: [table('t', 's', [])] }),
    )
    const waiting = await untilLive(engine, (snapshot) => snapshot.sources[0]?.state === 'waiting')
    expect(waiting.sources[0]?.reason).toContain('there is no such file')
    writeFileSync(file, `${records(10).join('\n')}\n`)
    await untilEnded(engine, 10)
  })

  it('ends at once on an empty capture, waits for one that loops, and cannot infer from one', async () => {
    const folder = bench.folder()
    const file = capture(folder, [])
    const tables = [table('t', 's', []), table('u', 'looping', [])]
    const sources = [source('s', file, columns), source('looping', file, columns, { loop: true })]
    const engine = await bench.started(workspace(folder, { sources, tables }))
    const seen = await untilLive(engine, (snapshot) => snapshot.sources[1]?.state === 'waiting')
    expect(seen.sources[0]).toMatchObject({ state: 'ended', records: 0 })
    expect(seen.sources[1]?.reason).toBe(`${file} is empty`)
    await engine.stop()
    const unknown = workspace(folder, { sources: [source('s', file, null)], tables: [table('t', 's', [])] })
    await expect(bench.engine(unknown).start()).rejects.toThrow('no columns can be inferred')
  })

  it('says that a capture is cut short after landing all before the cut', async () => {
    const folder = bench.folder()
    const packed = gzipSync(records(5000).join('\n'))
    const file = path.join(folder, 'cut.gz')
    writeFileSync(file, packed.subarray(0, packed.length - 500))
    const engine = await bench.started(
      workspace(folder, { sources: [source('s', file, columns)], tables: [table('t', 's', [])] }),
    )
    const failed = await untilLive(
      engine,
      (snapshot) => snapshot.sources[0]?.state === 'failed' && (snapshot.tables[0]?.rows ?? 0) > 100,
    )
    expect(failed.sources[0]?.reason).toContain('its gzip data ends early')
    const [row] = readStore(engine.storeFile, 'SELECT count(*) AS c, max(n) + 1 AS m FROM t')
    expect(row?.['c']).toBe(row?.['m'])
    expect(
      readStore(engine.storeFile, "SELECT kind FROM sys_dead_letters WHERE kind = 'truncated'").length,
    ).toBe(1)
    writeFileSync(file, packed)
    await untilEnded(engine, 5000)
    expect(readStore(engine.storeFile, 'SELECT count(*) AS c FROM t')).toEqual([{ c: 4999 }])
  })

  it('makes dead letters of a 50 MB line, invalid UTF-8 and deep nesting, and lands the rest', async () => {
    const folder = bench.folder()
    const file = capture(folder, records(3))
    appendFileSync(file, `{"n":3,"name":"${'x'.repeat(50 * 1024 * 1024)}"}\n`)
    appendFileSync(file, Buffer.from([...Buffer.from('{"n":4,"name":"'), 0xff, 0xfe, ...Buffer.from('"}\n')]))
    appendFileSync(file, `{"n":5,"deep":${'['.repeat(5000)}${']'.repeat(5000)}}\n`)
    appendFileSync(file, '{"n":6}\n\n   \n{"n":7,"big":123456789012345678901}\n')
    const engine = await bench.started(
      workspace(folder, { sources: [source('s', file, columns)], tables: [table('t', 's', [])] }),
    )
    await untilEnded(engine, 8)
    expect(readStore(engine.storeFile, 'SELECT n FROM t ORDER BY n').map((row) => row['n'])).toEqual([
      0, 1, 2, 6,
    ])
    const letters = readStore(
      engine.storeFile,
      'SELECT kind, size_bytes AS size, length(value) AS kept FROM sys_dead_letters ORDER BY id',
    )
    expect(letters.map((row) => row['kind'])).toEqual(['too-large', 'invalid-utf8', 'invalid-json', 'type'])
    expect(letters[0]).toMatchObject({ size: 50 * 1024 * 1024 + 17, kept: 65_536 })
  })

  it('takes a record of 20 MB', async () => {
    const folder = bench.folder()
    const file = capture(folder, ['{"n":1}', `{"n":2,"name":"${'y'.repeat(20 * 1024 * 1024)}"}`, '{"n":3}'])
    const engine = await bench.started(
      workspace(folder, { sources: [source('s', file, columns)], tables: [table('t', 's', [])] }),
    )
    await untilEnded(engine, 3)
    expect(readStore(engine.storeFile, 'SELECT n, length(name) AS l FROM t ORDER BY n')).toEqual([
      { n: 1, l: null },
      { n: 2, l: 20 * 1024 * 1024 },
      { n: 3, l: null },
    ])
  })
})
