import Database from 'better-sqlite3'
import fc from 'fast-check'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import type { PackedBatch } from '../../../../src-main/engine/batch/packed-batch.ts'
import { ReplaySource } from '../../../../src-main/engine/ingest/replay-source.ts'
import type { SourceStart } from '../../../../src-main/engine/ingest/source-port.ts'
import type { ReplayedSource } from '../../../../src-main/workspace/model.ts'
import { column, source } from '../../../support/workspaces.ts'
import { FakePort } from './fake-source-port.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'penstock-bounds-'))
const database = new Database(':memory:')
afterAll(() => {
  database.close()
  rmSync(folder, { recursive: true, force: true })
})
let files = 0
function capture(text: string | Uint8Array): string {
  const file = path.join(folder, `${String(++files)}.ndjson`)
  writeFileSync(file, text)
  return file
}

const columns = [column('n', 'integer')]
const topic = 's'
const throughState = 'ended: all that lies before the bounds of this run has been read'

function numbered(from: number, count: number): string {
  return Array.from({ length: count }, (_, index) => `{"n":${String(from + index)}}\n`).join('')
}

/** What a store would have committed after these batches. */
function committed(batches: readonly PackedBatch[]): Pick<SourceStart, 'nextOffsets' | 'places'> {
  const nextOffsets = new Map<number, bigint>()
  for (const { partitions } of batches)
    for (const { partition, to } of partitions) nextOffsets.set(partition, to)
  const place = batches.at(-1)?.place
  return {
    nextOffsets: new Map([[topic, nextOffsets]]),
    places: new Map(place === undefined ? [] : [[topic, place]]),
  }
}

function rowsOf(port: FakePort): unknown[] {
  const select = database.prepare('SELECT json(value) FROM jsonb_each(?)').pluck()
  return port.batches.flatMap(({ jsonb }) =>
    select.all(Buffer.from(jsonb)).map((row) => (JSON.parse(String(row)) as unknown[]).slice(0, 3)),
  )
}

const nothing: SourceStart = { nextOffsets: new Map(), places: new Map(), until: null }

async function run(
  of: ReplayedSource,
  start: Partial<SourceStart> = {},
  port = new FakePort(),
): Promise<FakePort> {
  await new ReplaySource(
    of,
    { columns: of.columns ?? [], start: { ...nothing, ...start }, masker: null },
    port,
  ).run()
  return port
}

function until(...offsets: bigint[]): SourceStart['until'] {
  return new Map([[topic, new Map(offsets.entries())]])
}

function positionsOf(port: FakePort): unknown {
  return [...(committed(port.batches).nextOffsets.get(topic) ?? [])]
}

describe('a bounded run of a capture', () => {
  it('reads the records before its bound and none behind it, then ends', async () => {
    const port = await run(source(topic, capture(numbered(0, 10)), columns), { until: until(4n) })
    expect(rowsOf(port).map((row) => (row as unknown[])[0])).toEqual([0, 1, 2, 3])
    expect(port.states).toEqual(['running', throughState])
    expect(positionsOf(port)).toEqual([[0, 4n]])
    expect(port.events).toEqual([])
  })

  it('reads nothing, not even the file, where there is nothing before its bound', async () => {
    for (const bounds of [until(0n), new Map(), new Map([['another', new Map([[0, 9n]])]])]) {
      const port = await run(source(topic, path.join(folder, 'none'), columns), { until: bounds })
      expect([port.records, port.states, port.events]).toEqual([0, [throughState], []])
    }
  })

  it('begins at the beginning, whatever the place of the run before', async () => {
    const of = source(topic, capture(numbered(0, 5)), columns)
    const { places } = committed((await run(of)).batches)
    const port = await run(of, { places, until: until(5n) })
    expect([port.records, port.events]).toEqual([5, []])
  })

  it('heeds no pace', async () => {
    const timed = [column('n', 'timestamp')]
    for (const rate of [
      { kind: 'perSecond', records: 1 },
      { kind: 'original', factor: 1 },
    ] as const) {
      const file = capture(numbered(1_000_000, 3).replace('1000002', '9000000'))
      const of = { ...source(topic, file, timed, { rate }), eventTime: 'n' }
      const port = await run(of, { until: until(3n) })
      expect([port.records, port.now, port.sleeps]).toEqual([3, 0, 0])
    }
  })

  it('begins again with a capture that loops', async () => {
    const port = await run(source(topic, capture(numbered(0, 3)), columns, { loop: true }), {
      until: until(7n),
    })
    expect(rowsOf(port)).toEqual([0, 1, 2, 0, 1, 2, 0].map((n, offset) => [n, 0, offset]))
    expect(port.states.at(-1)).toBe(throughState)
  })

  it('ends with a capture that is shorter, and says so', async () => {
    const file = capture(numbered(0, 3))
    const of = source(topic, file, columns)
    const port = await run(of, { until: until(5n) })
    expect([port.records, port.states.at(-1), positionsOf(port)]).toEqual([3, throughState, [[0, 5n]]])
    expect(port.events).toEqual([
      `capture-shorter: ${file} has only 3 of the 5 records that were to be read again`,
    ])
    const again = await run(of, { ...committed(port.batches), until: until(5n) })
    expect([again.records, again.states]).toEqual([0, [throughState]])
  })

  it('ends with a capture that loops and holds nothing any more', async () => {
    const port = await run(source(topic, capture('\n\n'), columns, { loop: true }), { until: until(5n) })
    expect([port.records, port.states.at(-1), port.sleeps]).toEqual([0, throughState, 0])
  })

  it('leaves what was added to the capture meanwhile to the run before', async () => {
    const file = capture(numbered(0, 3))
    const of = source(topic, file, columns)
    const first = await run(of)
    appendFileSync(file, numbered(3, 3))
    const { nextOffsets, places } = committed(first.batches)
    const port = await run(of, { places, until: nextOffsets })
    expect(port.records).toBe(3)
    expect(port.events).toEqual([
      `capture-changed: ${file} has changed; what is read again may be other records than were read before`,
    ])
  })

  it('ends with the line that a damaged capture cuts off, as the run before did', async () => {
    const whole = gzipSync(numbered(0, 200_000))
    const of = source(topic, capture(whole.subarray(0, whole.length / 2)), columns)
    const first = new FakePort()
    first.watch = ({ states }) => {
      first.stopped = states.at(-1)?.startsWith('failed') === true
    }
    await run(of, {}, first)
    expect(first.dead).toHaveLength(1)
    const { nextOffsets } = committed(first.batches)
    const port = await run(of, { until: nextOffsets })
    expect([port.records, port.dead, port.states.at(-1)]).toEqual([first.records, first.dead, throughState])
  })

  it('is paused and goes on', async () => {
    const port = new FakePort()
    port.watch = ({ states }) => {
      port.paused = states.length === 1
    }
    await run(source(topic, capture(numbered(0, 3)), columns), { until: until(2n) }, port)
    expect(port.states).toEqual(['running', 'paused', 'running', throughState])
    expect(port.records).toBe(2)
  })

  it('has the records and the coordinates of the run that it repeats, wherever either was interrupted', async () => {
    const line = fc.oneof(
      fc.constant(''),
      fc.constant('{}'),
      fc.constant('?'),
      fc.integer({ min: 0, max: 5 }),
    )
    const settings = fc.record({
      lines: fc.array(line, { minLength: 1, maxLength: 12 }),
      partitions: fc.integer({ min: 1, max: 4 }),
      count: fc.integer({ min: 0, max: 40 }),
      firstStop: fc.integer({ min: 0, max: 40 }),
      secondStop: fc.integer({ min: 0, max: 40 }),
      loop: fc.boolean(),
    })
    /** Reads on in parts of so many records. */
    const inParts = async (of: ReplayedSource, ...parts: number[]): Promise<FakePort[]> => {
      const ports: FakePort[] = []
      for (const part of parts.toSorted((one, other) => one - other)) {
        const start = committed(ports.flatMap(({ batches }) => batches))
        const most = new Map([[0, BigInt(part)]])
        ports.push(await run(of, { ...start, until: new Map([[topic, most]]) }, new OffsetPort()))
      }
      return ports
    }
    await fc.assert(
      fc.asyncProperty(settings, async ({ lines, partitions, count, firstStop, secondStop, loop }) => {
        const text = lines.map((one) => (typeof one === 'number' ? `{"n":${String(one)}}` : one)).join('\n')
        const options = { partitions, loop, keyPath: ['n'] }
        const of = source(topic, capture(text), columns, options)
        const first = (await inParts(of, Math.min(count, firstStop), count)).flatMap(rowsOf)
        const second = (await inParts(of, Math.min(count, secondStop), count)).flatMap(rowsOf)
        expect(second).toEqual(first)
      }),
      { numRuns: 60 },
    )
  })
})

/** As a store that has committed only what was read: bounds that come as positions are left out. */
class OffsetPort extends FakePort {
  override send(batch: PackedBatch): void {
    const partitions = batch.partitions.flatMap((span) => {
      if (span.records === 0) return []
      return [{ ...span, to: span.from + BigInt(span.records) }]
    })
    super.send({ ...batch, partitions })
  }
}
