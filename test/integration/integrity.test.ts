/** Damaged stores: recognised, set aside, begun anew and filled again from the sources, and said plainly. */
import { spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { sourceFlags } from '../../build/checkout/node-binary.js'
import type { LiveSnapshot } from '../../src-main/contract/live.ts'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import type { Workspace } from '../../src-main/workspace/model.ts'
import { capture, query, readStore, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { integrityOf } from '../support/integrity.ts'
import { column, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const count = 20_000
const pageBytes = 8192
const runner = path.resolve(import.meta.dirname, '../support/run-engine.ts')
const columns = [column('n', 'integer', { nullable: false }), column('doc', 'text')]

function plan(folder: string, extra: Partial<Workspace> = {}): Workspace {
  const file = path.join(folder, 'capture.ndjson')
  if (!existsSync(file)) {
    const doc = 'x'.repeat(200)
    capture(
      folder,
      Array.from({ length: count }, (_, n) => (n % 97 === 0 ? '{"n":' : JSON.stringify({ n, doc }))),
    )
  }
  return workspace(folder, {
    sources: [source('s', file, columns, { partitions: 2 })],
    tables: [table('t', 's', [step('all', 'SELECT * FROM input')])],
    store: { mode: 'disk', limitBytes: null, budgetBytes: null },
    ...extra,
  })
}

const storeOf = (folder: string): string => path.join(folder, '.penstock/store.db')

/** A store that was filled and closed in order. */
async function filled(folder: string): Promise<string> {
  const engine = await bench.started(plan(folder))
  await untilEnded(engine, count)
  await engine.stop()
  return engine.storeFile
}

function spoil(file: string, position: number, bytes: number): void {
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(bytes, 0xaa), 0, bytes, position)
  closeSync(descriptor)
}

const asideIn = (folder: string): string[] =>
  readdirSync(path.join(folder, '.penstock')).filter((name) => /^store-damaged-.*\.db$/.test(name))

const damageOf = ({ events }: LiveSnapshot): string =>
  events.find(({ kind }) => kind === 'store-damaged')?.message ?? ''

/** Everything that was read has landed or failed, once; the store is whole. */
function expectRecount(storeFile: string): void {
  const dead = Math.ceil(count / 97)
  expect(readStore(storeFile, 'SELECT count(*) AS n, count(DISTINCT n) AS d FROM t')).toEqual([
    { n: count - dead, d: count - dead },
  ])
  expect(readStore(storeFile, 'SELECT count(*) AS n FROM sys_dead_letters')).toEqual([{ n: dead }])
  expect(integrityOf(storeFile)).toEqual(['ok'])
}

async function expectRebuilt(engine: Engine, folder: string, reason: RegExp): Promise<string> {
  const live = await untilEnded(engine, count)
  const message = damageOf(live)
  expect(message).toMatch(reason)
  const [name = ''] = asideIn(folder)
  expect(message).toContain(path.join(folder, '.penstock', name))
  await engine.stop()
  expectRecount(engine.storeFile)
  return path.join(folder, '.penstock', name)
}

describe('a store that is found damaged at its start', () => {
  it.each<[string, (file: string) => void, RegExp]>([
    [
      'no database',
      (file) => {
        writeFileSync(file, 'dear reader, '.repeat(5000))
      },
      /file is not a database/,
    ],
    [
      'empty',
      (file) => {
        truncateSync(file, 0)
      },
      /it is empty \(0 bytes\)/,
    ],
    [
      'with a damaged header',
      (file) => {
        spoil(file, 0, 60)
      },
      /file is not a database/,
    ],
    [
      'cut short',
      (file) => {
        truncateSync(file, Math.floor(statSync(file).size / 2))
      },
      /cut short|malformed/,
    ],
    [
      'with a damaged schema',
      (file) => {
        spoil(file, 100, 40)
      },
      /malformed|not a database/,
    ],
    [
      'with a damaged end of its newest table',
      (file) => {
        spoilLast(file)
      },
      /malformed/,
    ],
  ])('%s is set aside as it is, and a new one is filled', async (_, damage, reason) => {
    const folder = bench.folder()
    const file = await filled(folder)
    damage(file)
    const damaged = readFileSync(file)
    const engine = await bench.started(plan(folder))
    const aside = await expectRebuilt(engine, folder, reason)
    expect(readFileSync(aside).equals(damaged)).toBe(true)
    const again = await bench.started(plan(folder))
    expect(damageOf(await untilEnded(again, count))).not.toBe('')
    expect(asideIn(folder)).toHaveLength(1)
  })

  it.each<[string, (log: string) => void, RegExp]>([
    [
      'within',
      (log) => {
        spoil(log, 32 + 24 + 3 * (24 + pageBytes), 100)
      },
      /write-ahead log is damaged at frame 4/,
    ],
    [
      'in its header',
      (log) => {
        spoil(log, 0, 8)
      },
      /header of its write-ahead log is damaged/,
    ],
  ])('a log that is damaged %s counts as damage, with its log beside it', async (_, damage, reason) => {
    const folder = bench.folder()
    await killedAt(plan(folder), count / 2)
    const log = `${storeOf(folder)}-wal`
    damage(log)
    const damaged = readFileSync(log)
    const engine = await bench.started(plan(folder))
    const aside = await expectRebuilt(engine, folder, reason)
    expect(readFileSync(`${aside}-wal`).equals(damaged)).toBe(true)
  })

  it('goes on where its log only ends in the middle of a write', async () => {
    const folder = bench.folder()
    await killedAt(plan(folder), count / 2)
    const log = `${storeOf(folder)}-wal`
    truncateSync(log, statSync(log).size - 5000)
    const engine = await bench.started(plan(folder))
    const live = await untilEnded(engine, count)
    expect(live.events.map(({ kind }) => kind)).not.toContain('store-damaged')
    await engine.stop()
    expectRecount(engine.storeFile)
  })
})

describe('a page that is found damaged while the engine runs', () => {
  it('by a statement: the store is read through, set aside, and filled anew', async () => {
    const folder = bench.folder()
    const file = await filled(folder)
    spoil(file, middlePage(file), 2 * pageBytes)
    const engine = await bench.started(plan(folder))
    await untilEnded(engine, count)
    await expect(query(engine, 'SELECT sum(length(doc)) FROM t')).rejects.toThrow('The store is damaged')
    await untilLive(engine, (live) => damageOf(live) !== '')
    await untilLive(engine, ({ state, sources }) => state === 'running' && sources[0]?.records === count)
    expect(await query(engine, 'SELECT count(*) FROM t')).toEqual([[count - Math.ceil(count / 97)]])
    await expectRebuilt(engine, folder, /malformed|Tree/)
  })

  it('by a snapshot: none is written, and the store is set aside and filled anew', async () => {
    const folder = bench.folder()
    const file = await filled(folder)
    spoil(file, middlePage(file), 2 * pageBytes)
    const engine = await bench.started(plan(folder))
    await untilEnded(engine, count)
    engine.snapshots.start('taken.db')
    await untilLive(engine, (one) => damageOf(one) !== '')
    expect(existsSync(path.join(folder, 'taken.db'))).toBe(false)
    expect((await engine.snapshots.watch(null)).run?.error?.code).toBe('STORE_DAMAGED')
    await expectRebuilt(engine, folder, /malformed|Tree/)
  })

  it('by ingest itself: the batch is not lost, and nothing is doubled', async () => {
    const folder = bench.folder()
    const tables = [table('t', 's', [step('all', 'SELECT * FROM input')], { retainRows: count / 2 })]
    const first = await bench.started(plan(folder, { tables }))
    await untilEnded(first, count)
    await first.stop()
    spoil(first.storeFile, middlePage(first.storeFile), 2 * pageBytes)
    const more = path.join(folder, 'more.ndjson')
    writeFileSync(more, readFileSync(path.join(folder, 'capture.ndjson')))
    const sources = [
      source('s', path.join(folder, 'capture.ndjson'), columns, { partitions: 2 }),
      source('again', more, columns),
    ]
    const second = table('t2', 'again', [step('all', 'SELECT * FROM input')])
    const evicting = [table('t', 's', [step('all', 'SELECT * FROM input')], { retainRows: 100 }), second]
    const engine = await bench.started(plan(folder, { sources, tables: evicting }))
    const live = await untilLive(
      engine,
      (one) =>
        damageOf(one) !== '' &&
        one.sources.every(({ state, records }) => state === 'ended' && records === count),
    )
    expect(damageOf(live)).toContain('malformed')
    await engine.stop()
    expect(asideIn(folder)).toHaveLength(1)
    const landed = count - Math.ceil(count / 97)
    expect(
      readStore(engine.storeFile, 'SELECT count(DISTINCT n) AS n, count(*) AS all_rows FROM t2'),
    ).toEqual([{ n: landed, all_rows: landed }])
    expect(integrityOf(engine.storeFile)).toEqual(['ok'])
  })
})

/** Where a leaf in the middle of the table lies. */
function middlePage(file: string): number {
  const [row] = readStore(
    file,
    "SELECT pageno FROM dbstat WHERE name = 't' AND pagetype = 'leaf' ORDER BY pageno LIMIT 1 OFFSET 100",
  )
  return (Number(row?.['pageno']) - 1) * pageBytes
}

function spoilLast(file: string): void {
  const [row] = readStore(
    file,
    "SELECT pageno FROM dbstat WHERE name = 't' AND pagetype = 'leaf' ORDER BY path DESC LIMIT 1",
  )
  spoil(file, (Number(row?.['pageno']) - 1) * pageBytes, pageBytes)
}

/** Runs an engine in a process of its own and kills it when it has read so many records. */
async function killedAt(of: Workspace, records: number): Promise<void> {
  const sources = of.sources.map((one) => ({
    ...one,
    input: { ...one.input, rate: { kind: 'perSecond', records: count } as const },
  }))
  const child = spawn(process.execPath, [...sourceFlags, runner, JSON.stringify({ ...of, sources })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (data: Buffer) => {
      if (Number(data.toString().trim().split('\n').at(-1)) >= records) resolve()
    })
    child.on('exit', (code) => {
      reject(new Error(`ended with ${String(code)}`))
    })
  })
  const gone = new Promise((resolve) => child.on('close', resolve))
  child.kill('SIGKILL')
  await gone
}
