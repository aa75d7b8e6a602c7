import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { LagSlice } from '../../../../src-main/engine/batch/measured-rows.ts'
import { LagLog } from '../../../../src-main/engine/store/lag-log.ts'
import { MeasuredBound } from '../../../../src-main/engine/store/measured-bound.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'

const start = Date.UTC(2024, 0, 1)

function opened() {
  const database = new Database(':memory:')
  database.exec(systemSchema)
  const rows = (sql: string): unknown[] => database.prepare(sql).all()
  return { database, log: new LagLog(database), rows }
}

function slice(second: number, more: Partial<LagSlice> = {}): LagSlice {
  const place = { seconds: 1 as const, at: start + second * 1000, connection: 'c', topic: 't', partition: 0 }
  return { ...place, group: 'g', source: '', committed: 10, latest: 20, lag: 10, lagMs: 500, ...more }
}

function write(log: LagLog, slices: LagSlice[]): void {
  log.add(slices)
  log.flush()
  log.committed()
}

describe('LagLog', () => {
  it('keeps the worst lag of a wider slice, and what is not known only where nothing is', () => {
    const { log, rows } = opened()
    write(log, [
      slice(0, { lag: 5, lagMs: null }),
      slice(1, { lag: 50, lagMs: 900, committed: 12 }),
      slice(2, { lag: null, lagMs: null, latest: null }),
      slice(3, { group: '', source: 's', lag: null, lagMs: null }),
    ])
    log.coarsen(start + 2 * 3600_000)
    expect(
      rows('SELECT seconds, group_id, source, committed, latest, lag, lag_ms FROM sys_lag ORDER BY group_id'),
    ).toEqual([
      { seconds: 10, group_id: '', source: 's', committed: 10, latest: 20, lag: null, lag_ms: null },
      { seconds: 10, group_id: 'g', source: '', committed: 12, latest: 20, lag: 50, lag_ms: 900 },
    ])
  })

  it('writes slices once, also where a transaction was rolled back', () => {
    const { log, rows } = opened()
    log.add([slice(0)])
    log.flush()
    log.rolledBack()
    write(log, [])
    write(log, [])
    expect(rows('SELECT count(*) AS n FROM sys_lag')).toEqual([{ n: 1 }])
  })
})

describe('MeasuredBound', () => {
  it('drops the oldest slices of the width that has most of them', () => {
    const { database, log, rows } = opened()
    write(
      log,
      Array.from({ length: 8 }, (_, second) => slice(second)),
    )
    write(log, [slice(0, { seconds: 60 })])
    new MeasuredBound(database, 'sys_lag', 5).keep()
    expect(rows('SELECT seconds, (at - 1704067200000) / 1000 AS s FROM sys_lag ORDER BY seconds, s')).toEqual(
      [
        { seconds: 1, s: 4 },
        { seconds: 1, s: 5 },
        { seconds: 1, s: 6 },
        { seconds: 1, s: 7 },
        { seconds: 60, s: 0 },
      ],
    )
  })
})
