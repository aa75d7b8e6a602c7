/** Tables with a key, and those without duplicates, against a recomputation in plain JavaScript, record by record. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { column, step, table } from '../../../support/workspaces.ts'
import { type BenchRecord, distinctBy, KeyedBench, keyOf } from './keyed-bench.ts'

const columns = [
  column('id', 'integer'),
  column('name', 'text'),
  column('at', 'timestamp'),
  column('gone', 'boolean'),
]

interface Change {
  id: number
  name: string
  at: number | null
  gone: boolean
}

const change = fc.record<Change>({
  id: fc.nat(4),
  name: fc.constantFrom('a', 'A', 'b'),
  at: fc.option(fc.nat(12), { freq: 8 }),
  gone: fc.boolean(),
})
/** A record, and whether the batch ends behind it, and the process, too. */
const stream = fc.array(fc.tuple(change, fc.nat(1), fc.constantFrom('more', 'more', 'cut', 'restart')), {
  maxLength: 40,
})
type Stream = readonly (readonly [Change, number, string])[]

interface Expected {
  rows: Map<string, { id: number; name: string; at: number | null; _offset: number }>
  counts: { landed: number; updated: number; deleted: number; stale: number }
}

/** The table as each record says, one after the other. */
function replayed(changes: Stream, isNewestBy: boolean): Expected {
  const rows: Expected['rows'] = new Map()
  const counts = { landed: 0, updated: 0, deleted: 0, stale: 0 }
  const newest = new Map<string, [number, number, number]>()
  changes.forEach(([{ id, name, at, gone }, partition], offset) => {
    const key = `${String(id)}/${name}`
    const place: [number, number, number] = [at ?? Number.NEGATIVE_INFINITY, offset, partition]
    const before = newest.get(key)
    const isUntimedDelete = gone && at === null
    if (isNewestBy && !isUntimedDelete && before !== undefined && isBefore(place, before)) {
      counts.stale++
      return
    }
    newest.set(key, isUntimedDelete ? (before ?? place) : place)
    if (gone) counts.deleted += Number(rows.delete(key))
    else {
      counts.landed++
      counts.updated += Number(rows.has(key))
      rows.set(key, { id, name, at, _offset: offset })
    }
  })
  return { rows, counts }
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const index = one.findIndex((value, at) => value !== other[at])
  return index >= 0 && (one[index] ?? 0) < (other[index] ?? 0)
}

/** Lands the stream in its batches, with restarts. */
function land(
  bench: KeyedBench,
  changes: Stream,
  partitionOf: (change: Change, drawn: number) => number,
): void {
  let batch: BenchRecord[] = []
  changes.forEach(([row, drawn, end], offset) => {
    const values = [row.id, row.name, row.at, Number(row.gone)]
    batch.push({ values, offset, partition: partitionOf(row, drawn), timestampMs: 5 })
    if (end === 'more') return
    bench.batch(batch, 1000)
    batch = []
    if (end === 'restart') bench.reopen()
  })
  bench.batch(batch, 1000)
}

describe('a table with a key', () => {
  it.each([[true], [false]])(
    'holds what its records say one after the other, newest by a column: %s',
    (isNewestBy) => {
      fc.assert(
        fc.property(stream, fc.boolean(), (changes, sorts) => {
          const steps = sorts ? [step('sorted', 'SELECT * FROM input ORDER BY name DESC')] : []
          const key = keyOf(['id', 'name'], { deleteWhen: 'gone', ...(isNewestBy ? { newestBy: 'at' } : {}) })
          const bench = new KeyedBench(columns, [table('t', 's', steps, { key })])
          land(bench, changes, (row, drawn) => (isNewestBy ? drawn : row.id % 2))
          const { rows, counts } = replayed(changes, isNewestBy)
          const stored = bench.all('SELECT id, name, at, _offset FROM t ORDER BY id, name')
          const wanted = [...rows.values()].sort(
            (one, other) => one.id - other.id || (one.name < other.name ? -1 : 1),
          )
          expect(stored).toEqual(wanted)
          expect(bench.counts()).toMatchObject({
            rows: wanted.length,
            ...(sorts && isNewestBy ? {} : counts),
          })
          expect(bench.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
          bench.close()
        }),
        { numRuns: 60 },
      )
    },
  )

  it('holds the same whatever order the records of a stream with times come in', () => {
    const timed = change.filter(({ at, gone }) => at !== null || !gone)
    const unordered = fc.uniqueArray(timed, {
      maxLength: 25,
      selector: ({ id, name, at }) => `${String(id)}${name}${String(at)}`,
    })
    fc.assert(
      fc.property(
        unordered.chain((changes) =>
          fc.tuple(fc.constant(changes), fc.shuffledSubarray(changes, { minLength: changes.length })),
        ),
        ([changes, shuffled]) => {
          const landed = [changes, shuffled].map((list) => {
            const key = keyOf(['id', 'name'], { newestBy: 'at', deleteWhen: 'gone' })
            const bench = new KeyedBench(columns, [table('t', 's', [], { key })])
            land(
              bench,
              list.map((row, index) => [row, 0, index % 3 === 0 ? 'cut' : 'more']),
              () => 0,
            )
            return bench.all('SELECT id, name, at FROM t ORDER BY id, name')
          })
          expect(landed[1]).toEqual(landed[0])
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('a table without duplicates', () => {
  it('lands what a recomputation lands, however batches are cut and whenever the process starts again', () => {
    const within = 3
    fc.assert(
      fc.property(stream, (changes) => {
        const tables = [table('t', 's', [], { deduplicate: distinctBy(['id', 'name'], within) })]
        const bench = new KeyedBench(columns, tables, 'at')
        land(bench, changes, (_row, drawn) => drawn)
        const landed: { key: string; at: number; offset: number; isTimed: boolean }[] = []
        changes.forEach(([{ id, name, at: time }], offset) => {
          const key = `${String(id)}/${name}`
          const at = time ?? 5
          const isTimed = time !== null
          const newest = Math.max(...landed.filter((row) => row.isTimed).map((row) => row.at))
          const isKnown = landed.some((row) => row.key === key && Math.abs(row.at - at) <= within)
          if (!isKnown || at < newest - within) landed.push({ key, at, offset, isTimed })
        })
        const offsets = bench.all('SELECT _offset AS offset FROM t ORDER BY rowid')
        expect(offsets).toEqual(landed.map(({ offset }) => ({ offset })))
        expect(bench.counts()).toMatchObject({
          rows: landed.length,
          duplicates: changes.length - landed.length,
        })
        const spans = bench.all(
          'SELECT max("/at") - min("/at") AS span FROM _penstock_seen_t GROUP BY "/apart"',
        )
        for (const { span } of spans as { span: number }[]) expect(span).toBeLessThanOrEqual(2 * within)
        bench.close()
      }),
      { numRuns: 60 },
    )
  })
})
