import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { limits } from '#contract/limits.ts'
import { BatchBuilder } from '../../../../src-main/engine/ingest/batch-builder.ts'
import { emptyPlace } from '../../../../src-main/engine/ingest/record-place.ts'
import { DeadLetterLog } from '../../../../src-main/engine/store/dead-letter-log.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'

/** A batch of nothing but dead letters. */
function deadBatch(count: number, valueBytes: number) {
  const builder = new BatchBuilder('s', 's', 'json')
  const value = new Uint8Array(valueBytes)
  for (let offset = 0; offset < count; offset++) {
    const place = { ...emptyPlace(), offset }
    builder.arrive(place, valueBytes, 1)
    const facts = { kind: 'invalid-json', column: '', reason: 'no JSON', key: null, headers: null }
    const at = { partition: 0, offset: BigInt(offset), timestampMs: 1 }
    builder.addDead({ ...facts, ...at, value, sizeBytes: valueBytes }, place)
  }
  return builder.take({ place: '{}', decodeMs: 0, progress: null })
}

function logOf() {
  const database = new Database(':memory:')
  database.exec(systemSchema)
  const log = new DeadLetterLog(database)
  const land = (batch: ReturnType<typeof deadBatch>): void => {
    log.addDecodeFailures(batch, 1)
    log.trim()
    log.committed()
  }
  const stored = () =>
    database
      .prepare(
        'SELECT count(*) AS kept, sum(length(value)) AS bytes, max(id) AS newest FROM sys_dead_letters',
      )
      .get()
  return { log, land, stored, reopened: () => new DeadLetterLog(database) }
}

it('keeps the newest dead letters within the bound on rows, however many a batch brings', () => {
  const { log, land, stored, reopened } = logOf()
  const batch = deadBatch(limits.batchRecords, 8)
  for (let batches = 0; batches < 8; batches++) land(batch)
  const total = 8 * limits.batchRecords
  const kept = limits.keptDeadLetters
  expect(stored()).toEqual({ kept, bytes: kept * 8, newest: total })
  expect(log.counts).toMatchObject({ kept, total })
  expect(reopened().counts).toMatchObject({ kept, total })
})

it('keeps them within the bound on bytes', () => {
  const { log, land, stored } = logOf()
  const batch = deadBatch(120, limits.deadLetterBytes)
  for (let batches = 0; batches < 40; batches++) land(batch)
  const kept = limits.keptDeadLetterBytes / limits.deadLetterBytes
  expect(stored()).toEqual({ kept, bytes: limits.keptDeadLetterBytes, newest: 4800 })
  expect(log.counts).toMatchObject({ kept, total: 4800 })
})
