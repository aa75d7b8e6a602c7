import Database from 'better-sqlite3'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ReplaySource } from '../../../../src-main/engine/ingest/replay-source.ts'
import type { Column, ReplayedSource } from '../../../../src-main/workspace/model.ts'
import { column, source } from '../../../support/workspaces.ts'
import { FakePort } from './fake-source-port.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'penstock-replay-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
let files = 0
function capture(text: string | Uint8Array): string {
  const file = path.join(folder, `${String(++files)}.ndjson`)
  writeFileSync(file, text)
  return file
}

const columns = [column('n', 'integer')]
const database = new Database(':memory:')

async function replay(
  of: ReplayedSource,
  port = new FakePort(),
  place: string | null = null,
): Promise<FakePort> {
  const places = new Map(place === null ? [] : [[of.topic, place]])
  await new ReplaySource(
    of,
    { columns, start: { nextOffsets: new Map(), places, until: null }, masker: null },
    port,
  ).run()
  return port
}

describe('envelopes', () => {
  const envelope = '{"key":"k","value":{"n":1}}\n'

  it('are recognised by the first line that is JSON, whatever stands before it', async () => {
    for (const before of ['\n', '  \n', 'nonsense\n', '{"key":\n', '\u00ff{}\n']) {
      const port = await replay(source('s', capture(`${before}${envelope}${envelope}`), columns))
      expect(port.batches.reduce((sum, batch) => sum + batch.rows, 0)).toBe(2)
    }
  })

  it('are recognised from the beginning of the capture where reading goes on further down', async () => {
    const file = capture(`${envelope}${envelope}nonsense\n${envelope}`)
    const place = JSON.stringify({ pass: 0, line: 2, ended: false, fingerprint: '' })
    const port = await replay(source('s', file, columns), new FakePort(), place)
    expect(port.batches.map(({ rows, records }) => [rows, records])).toEqual([[1, 2]])
  })

  it('without a value are dead letters, and so are those with text for one', async () => {
    const lines = ['{"value":{"n":1}}', '{"key":1}', '{"value":"{}"}', '{"value":{},"timestamp":"soon"}']
    const port = await replay(source('s', capture(lines.join('\n')), columns, { envelope: true }))
    expect(port.dead).toEqual([
      'envelope the line is no envelope: it has no member "value"',
      'type "{}" is not an object',
      'envelope the envelope\'s "timestamp" is neither milliseconds since 1970 nor ISO 8601',
    ])
  })
})

describe('an envelope whose value is null', () => {
  const tombstone = '{"key":"k","value":null,"headers":{"h":"1"},"timestamp":1700000000000}\n'
  const key = column('k', 'text', { from: 'key', path: [] })

  async function rowsOf(declared: readonly Column[]): Promise<{ rows: unknown[]; dead: string[] }> {
    const port = new FakePort()
    const of = source('s', capture(`${tombstone}{"key":"k","value":{"n":1}}\n`), declared, { envelope: true })
    const places = new Map<string, string>()
    await new ReplaySource(
      of,
      { columns: declared, start: { nextOffsets: new Map(), places, until: null }, masker: null },
      port,
    ).run()
    const select = database.prepare('SELECT json(value) FROM jsonb_each(?)').pluck()
    const rows = port.batches.flatMap(({ jsonb }) => select.all(Buffer.from(jsonb)))
    return {
      rows: rows.map((row) => (JSON.parse(String(row)) as unknown[]).slice(0, declared.length)),
      dead: port.dead,
    }
  }

  it('is a row with its key and NULL in the columns of the value', async () => {
    expect(await rowsOf([key, ...columns])).toEqual({
      rows: [
        ['k', null],
        ['k', 1],
      ],
      dead: [],
    })
  })

  it('is a dead letter where a column may not be null and nothing says that it is a tombstone', async () => {
    const strict = column('n', 'integer', { nullable: false })
    const gone = column('gone', 'boolean', { from: 'tombstone', path: [] })
    expect(await rowsOf([key, strict])).toEqual({
      rows: [['k', 1]],
      dead: ['tombstone n: the record is a tombstone, and the column is not nullable'],
    })
    expect(await rowsOf([key, strict, gone])).toEqual({
      rows: [
        ['k', null, 1],
        ['k', 1, 0],
      ],
      dead: [],
    })
  })
})

describe('a capture that loops', () => {
  it('and has only blank lines waits instead of reading it without end', async () => {
    const port = new FakePort()
    port.watch = ({ states }) => {
      port.stopped = states.filter((state) => state.endsWith('is empty')).length === 3
    }
    const file = capture('\n  \n\r\n')
    await replay(source('s', file, columns, { loop: true }), port)
    expect(port.now).toBeGreaterThanOrEqual(2000)
    expect(port.records).toBe(0)
  })

  it('goes on at its beginning where an earlier run had read it to the end', async () => {
    const port = new FakePort()
    port.watch = ({ sleeps }) => {
      port.stopped = sleeps > 20
    }
    const file = capture('{"n":1}\n{"n":2}\n')
    const place = JSON.stringify({ pass: 4, line: 2, ended: false, fingerprint: '' })
    const rate = { kind: 'perSecond', records: 100 } as const
    await replay(source('s', file, columns, { loop: true, rate }), port, place)
    expect(port.states.some((state) => state.includes('empty'))).toBe(false)
    expect(port.records).toBeGreaterThan(0)
  })
})

describe('the original pace', () => {
  const timed = [column('at', 'timestamp')]
  const original = { rate: { kind: 'original', factor: 2 } as const }

  const begun = 1_000_000_000_000

  async function paced(lines: readonly string[], eventTime: string | null): Promise<FakePort> {
    const port = new FakePort()
    port.now = begun
    const of = { ...source('s', capture(lines.join('\n')), timed, original), eventTime }
    await new ReplaySource(
      of,
      { columns: timed, start: { nextOffsets: new Map(), places: new Map(), until: null }, masker: null },
      port,
    ).run()
    return port
  }

  it('waits for times to come and not for those that are past or missing', async () => {
    const port = await paced(['{"at":10000}', '{"at":4000}', '{}', 'bad', '{"at":12000}'], 'at')
    expect(port.now - begun).toBe(1000)
    expect(port.records).toBe(5)
    expect(port.events).toEqual([])
  })

  it('says what it waits for where the next record is far off', async () => {
    const port = await paced(['{"at":0}', '{"at":172800000}'], 'at')
    expect(port.states).toEqual([
      'running',
      'waiting: by its event time the next record is due at 2001-09-10T01:46:40.000Z',
      'running',
      'ended: the capture has been read to its end',
    ])
    expect(port.records).toBe(2)
  })

  it('does not wait for a time of the future, nor count from it', async () => {
    const port = await paced(
      ['{"at":4000000000000}', '{"at":1000}', '{"at":4000000000000}', '{"at":3000}'],
      'at',
    )
    expect(port.now - begun).toBe(1000)
    expect(port.records).toBe(4)
  })

  it('says so where no record tells its time', async () => {
    const port = await paced(['{"at":1}', '{"at":100000}'], null)
    expect(port.now).toBe(begun)
    expect(port.events).toEqual([expect.stringContaining('capture-untimed')])
  })
})

describe('a capture that is in trouble', () => {
  it('is told once for as long as the trouble is the same', async () => {
    const port = new FakePort()
    port.watch = ({ sleeps }) => {
      port.stopped = sleeps === 5
    }
    await replay(source('s', folder, columns), port)
    expect(port.events).toEqual([`source-unreadable: cannot read ${folder}: it is a folder`])
  })

  it('is said to have changed where another one took its place while it was read', async () => {
    const file = capture('{"n":1}\n')
    const port = new FakePort()
    port.watch = ({ states }) => {
      if (states.at(-1) === 'running') utimesSync(file, 1, 1)
    }
    await replay(source('s', file, columns), port)
    expect(port.events).toEqual([expect.stringContaining(`${file} changed while it was read`)])
  })
})

describe('a dead letter', () => {
  it('keeps the beginning of a huge key and of huge headers', async () => {
    const huge = 'x'.repeat(1_000_000)
    const line = JSON.stringify({ key: huge, headers: { huge }, value: { n: 'no' } })
    const port = await replay(source('s', capture(line), columns))
    const [dead] = port.batches[0]?.dead ?? []
    expect([dead?.key?.length, dead?.headers?.length]).toEqual([65_536, 65_536])
  })
})

describe('partitions', () => {
  it('are the same for a key however it is written, and go round for records without one', async () => {
    const lines = ['{"k":"ab","n":1}', '{"k":"\\u0061b","n":2}', '{"n":3}', '{"k":null,"n":4}']
    const of = source('s', capture(lines.join('\n')), columns, { partitions: 5, keyPath: ['k'] })
    const [batch] = (await replay(of)).batches
    expect(batch?.partitions.map(({ records }) => records).toSorted()).toEqual([1, 1, 2])
  })
})
