import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { DeadRecord, PackedBatch } from '../../../../src-main/engine/batch/packed-batch.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'
import { TopicLog } from '../../../../src-main/engine/store/topic-log.ts'

const start = Date.UTC(2024, 0, 1)

function log() {
  const database = new Database(':memory:')
  database.exec(systemSchema)
  const rows = (sql: string): unknown[] => database.prepare(sql).all()
  return { topics: new TopicLog(database), rows, reopened: () => new TopicLog(database) }
}

const unreadable: DeadRecord = {
  ...{ partition: 0, offset: 0n, timestampMs: start, kind: 'invalid-json', column: '', reason: 'no JSON' },
  ...{ value: new Uint8Array(0), sizeBytes: 0, key: null, headers: null },
}

function batch(records: number, dead: DeadRecord[] = []): PackedBatch {
  const none = new Uint8Array(0)
  const to = BigInt(records)
  return {
    kind: 'batch',
    source: 's',
    topic: 't',
    records,
    rows: records,
    bytes: records * 10,
    jsonb: none,
    run: null,
    raw: none,
    spans: new Uint32Array(0),
    arrivals: Float64Array.from([start, records]),
    dead,
    gaps: [],
    parts: 'json',
    place: '{}',
    decodeMs: 1,
    progress: null,
    partitions: [{ topic: 't', partition: 0, from: 0n, to, records, bytes: records * 10, dead: dead.length }],
  }
}

describe('TopicLog', () => {
  it('adds up what comes in one second and notes silence only where the source ran', () => {
    const { topics, rows } = log()
    topics.addBatch(batch(5), start + 100)
    topics.addBatch(batch(7, [unreadable]), start + 900)
    topics.addSilence(new Set(['s']), start + 2500)
    topics.addSilence(new Set(), start + 3500)
    topics.addSilence(new Set(['s']), start + 1999)
    expect(rows('SELECT at, records, bytes, dead FROM sys_topics ORDER BY at')).toEqual([
      { at: start, records: 12, bytes: 120, dead: 1 },
      { at: start + 1000, records: 0, bytes: 0, dead: 0 },
    ])
    topics.committed()
    expect([...topics.totals.values()]).toMatchObject([{ records: 12, dead: 1 }])
  })

  it('becomes coarser with age without losing a record, and forgets after a month', () => {
    const { topics, rows, reopened } = log()
    for (let second = 0; second < 120; second++) topics.addBatch(batch(second), start + second * 1000)
    const sums = (): unknown[] =>
      rows(
        'SELECT seconds, count(*) AS n, sum(records) AS r FROM sys_topics GROUP BY seconds ORDER BY seconds',
      )
    const total = (120 * 119) / 2
    topics.coarsen(start + 3600_000 + 60_000)
    expect(sums()).toEqual([
      { seconds: 1, n: 60, r: total - (60 * 59) / 2 },
      { seconds: 10, n: 6, r: (60 * 59) / 2 },
    ])
    reopened().coarsen(start + 25 * 3600_000)
    expect(sums()).toEqual([{ seconds: 60, n: 2, r: total }])
    reopened().coarsen(start + 32 * 24 * 3600_000)
    expect(sums()).toEqual([])
  })

  it('keeps measurements of clusters apart by connection while they become coarser', () => {
    const { topics, rows } = log()
    const slice = (connection: string, at: number, records: number) => ({
      ...{ seconds: 1 as const, at, connection, topic: 't', partition: -1, records, bytes: records * 10 },
    })
    topics.addMeasured([slice('a', start, 3), slice('b', start, 5), slice('a', start + 1000, 4)])
    topics.flushMeasured()
    topics.committed()
    topics.addBatch(batch(5), start + 100)
    topics.coarsen(start + 2 * 3600_000)
    expect(
      rows(
        'SELECT seconds, source, connection, partition, records, bytes FROM sys_topics ORDER BY source, connection',
      ),
    ).toEqual([
      { seconds: 10, source: '', connection: 'a', partition: -1, records: 7, bytes: 70 },
      { seconds: 10, source: '', connection: 'b', partition: -1, records: 5, bytes: 50 },
      { seconds: 10, source: 's', connection: '', partition: 0, records: 5, bytes: 50 },
    ])
  })

  it('writes measurements again where the transaction that held them was rolled back', () => {
    const { topics, rows } = log()
    topics.addMeasured([
      { seconds: 1, at: start, connection: 'a', topic: 't', partition: 0, records: 3, bytes: 0 },
    ])
    topics.rolledBack()
    topics.flushMeasured()
    topics.committed()
    topics.flushMeasured()
    expect(rows('SELECT records FROM sys_topics')).toEqual([{ records: 3 }])
  })
})
