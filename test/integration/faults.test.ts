/** Faults that really happen: processes killed, threads lost, disks full, files gone, two owners. Nothing lost, nothing doubled. */
import Database from 'better-sqlite3'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { EngineThread } from '../../src-main/engine/threads/engine-thread.ts'
import type { Workspace } from '../../src-main/workspace/model.ts'
import { capture, query, readStore, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { integrityOf } from '../support/integrity.ts'
import { column, lookup, source, step, table, workspace, rollup } from '../support/workspaces.ts'

const bench = testBench()
const columns = [column('n', 'integer', { nullable: false }), column('doc', 'text')]
const runner = path.resolve(import.meta.dirname, '../support/run-engine.ts')
const node = path.resolve(import.meta.dirname, '../../node_modules/.bin/node')
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Records of which every 97th cannot be decoded and every 89th fails in a step. */
function mixedRecords(count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    if (n % 97 === 0) return `{"n":${String(n)}`
    return JSON.stringify({ n, doc: n % 89 === 0 ? '{' : '{"a":1}' })
  })
}

function strictWorkspace(folder: string, count: number, mode: 'memory' | 'disk'): Workspace {
  const file = path.join(folder, 'capture.ndjson')
  if (!existsSync(file)) capture(folder, mixedRecords(count))
  return workspace(folder, {
    sources: [source('s', file, columns, { partitions: 3 })],
    tables: [table('t', 's', [step('parsed', "SELECT n, json_extract(doc, '$.a') AS a FROM input")])],
    rollups: [rollup('r', 't', { rows: 'count(*)', total: 'sum(n)', most: 'max(n)' }, { by: ['a'] })],
    store: { mode, limitBytes: null, budgetBytes: null },
  })
}

/** Recounts every record against the capture: each is a row or a dead letter, once. */
/** Has a file take what is left of the disk of a store, also what its log takes up: nothing can be written then. */
function takeAllRoom(storeFile: string, file: string): void {
  const database = new Database(storeFile)
  try {
    do {
      rmSync(file, { force: true })
      database.pragma('wal_checkpoint(TRUNCATE)')
      expect(() => {
        appendFileSync(file, Buffer.alloc(32_000_000))
      }).toThrow('ENOSPC')
    } while (statSync(`${storeFile}-wal`).size > 0)
  } finally {
    database.close()
  }
}

function expectEachOnce(storeFile: string, count: number): void {
  const all = Array.from({ length: count }, (_, n) => n)
  const rows = readStore(storeFile, 'SELECT n FROM t ORDER BY n').map((row) => row['n'])
  expect(rows).toEqual(all.filter((n) => n % 97 !== 0 && n % 89 !== 0))
  expect(readStore(storeFile, 'SELECT * FROM r')).toEqual(
    readStore(storeFile, 'SELECT a, count(*) AS rows, sum(n) AS total, max(n) AS most FROM t GROUP BY a'),
  )
  const letters = readStore(storeFile, 'SELECT step, CAST(value AS TEXT) AS v FROM sys_dead_letters').map(
    (row) => `${String(row['step'])} ${/\d+/.exec(String(row['v']))?.[0] ?? ''}`,
  )
  const expected = all.flatMap((n) =>
    n % 97 === 0 ? [`decode ${String(n)}`] : n % 89 === 0 ? [`parsed ${String(n)}`] : [],
  )
  expect(letters.sort()).toEqual(expected.sort())
  const offsets = readStore(
    storeFile,
    'SELECT partition, next_offset AS o FROM _penstock_positions WHERE partition >= 0',
  )
  expect(offsets.reduce((sum, row) => sum + Number(row['o']), 0)).toBe(count)
  const [totals] = readStore(
    storeFile,
    "SELECT rows_in, rows_out, failed FROM _penstock_step_totals WHERE step = 'parsed'",
  )
  expect(totals).toEqual({
    rows_in: count - Math.ceil(count / 97),
    rows_out: rows.length,
    failed: expected.length - Math.ceil(count / 97),
  })
  expect(integrityOf(storeFile)).toEqual(['ok'])
}

/** A Penstock engine in a process of its own; resolves when it has read so many records. */
async function runUntil(plan: Workspace, records: number): Promise<ChildProcess> {
  const child = spawn(node, [runner, JSON.stringify(plan)], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  await new Promise<void>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (data: Buffer) => {
      text = (text + data.toString()).slice(-200)
      const last = /(\d+)\n[^\n]*$/.exec(text)?.[1]
      if (Number(last ?? 0) >= records) resolve()
    })
    child.on('exit', (code) => {
      reject(new Error(`ended with ${String(code)}`))
    })
  })
  return child
}

async function killed(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.on('exit', resolve))
  child.kill('SIGKILL')
  await exited
}

describe('kill -9', () => {
  it('loses and doubles nothing in a disk store, however often and whenever it comes', async () => {
    const folder = bench.folder()
    const count = 60_000
    const plan = strictWorkspace(folder, count, 'disk')
    const paced = {
      ...plan,
      sources: plan.sources.map((entry) => ({
        ...entry,
        input: { ...entry.input, rate: { kind: 'perSecond', records: 60_000 } as const },
      })),
    }
    for (let kills = 1; kills <= 6; kills++)
      await killed(await runUntil(paced, kills * 7000 + ((kills * 7919) % 997)))
    const engine = await bench.started(plan)
    await untilEnded(engine, count)
    await engine.stop()
    expectEachOnce(engine.storeFile, count)
  })

  it('leaves no query process behind', async () => {
    const folder = bench.folder()
    const child = await runUntil(strictWorkspace(folder, 500, 'disk'), 500)
    const offspring = childrenOf(child.pid ?? 0)
    expect(offspring.length).toBeGreaterThan(0)
    await killed(child)
    await expect
      .poll(() => offspring.filter((pid) => existsSync(`/proc/${String(pid)}`) && !isZombie(pid)), {
        timeout: 10_000,
      })
      .toEqual([])
  })

  it('starts a memory store afresh and says so', async () => {
    const folder = bench.folder()
    const plan = strictWorkspace(folder, 2000, 'memory')
    await killed(await runUntil(plan, 2000))
    const engine = await bench.started(plan)
    const snapshot = await untilEnded(engine, 2000)
    expect(snapshot.events.map((event) => event.kind)).toContain('store-fresh')
    expectEachOnce(engine.storeFile, 2000)
  })
})

describe('threads', () => {
  it.each(['ingest', 'store'])(
    'goes on from the last committed batch when the %s thread is lost',
    async (name) => {
      const folder = bench.folder()
      const count = 120_000
      const plan = strictWorkspace(folder, count, 'memory')
      const threads: EngineThread[] = []
      const engine = await bench.started(plan, { threadStarted: (thread) => threads.push(thread) })
      await untilLive(
        engine,
        (snapshot) => (snapshot.sources[0]?.records ?? 0) > 1000 || snapshot.sources[0]?.state === 'ended',
      )
      await threads.find((thread) => thread.name === name)?.worker.terminate()
      const snapshot = await untilLive(
        engine,
        (seen) =>
          seen.events.some((event) => event.kind === 'thread-crashed') &&
          (seen.sources[0]?.records ?? 0) >= count,
      )
      expect(snapshot.events.find((event) => event.kind === 'thread-crashed')?.message).toContain(
        `the ${name} thread ended`,
      )
      expect(await query(engine, 'SELECT count(*) > 0 FROM t')).toEqual([[1]])
      expectEachOnce(engine.storeFile, count)
    },
  )
})

describe('one owner', () => {
  it('refuses a second engine and names the first', async () => {
    const folder = bench.folder()
    const plan = strictWorkspace(folder, 100, 'disk')
    await bench.started(plan)
    await expect(bench.engine(plan).start()).rejects.toMatchObject({ code: 'STORE_IN_USE' })
    await expect(bench.engine(plan).start()).rejects.toThrow(
      `process ${String(process.pid)} (penstock test, since `,
    )
  })

  it('lets the next one in as soon as the owner is dead', async () => {
    const folder = bench.folder()
    const plan = strictWorkspace(folder, 100, 'disk')
    const child = await runUntil(plan, 100)
    await expect(bench.engine(plan).start()).rejects.toMatchObject({ code: 'STORE_IN_USE' })
    await killed(child)
    await bench.started(plan)
  })
})

const isRoot = process.getuid?.() === 0

describe('a full store', () => {
  it('waits at its limit, says so, and goes on when age makes room', async () => {
    const folder = bench.folder()
    const count = 60_000
    const lines = Array.from({ length: count }, (_, n) => JSON.stringify({ n, doc: 'x'.repeat(400) }))
    const plan = workspace(folder, {
      sources: [source('s', capture(folder, lines), columns)],
      tables: [table('t', 's', [], { retainAgeMs: 1500 })],
      store: { mode: 'memory', limitBytes: 16 * 1024 * 1024, budgetBytes: null },
    })
    const engine = await bench.started(plan)
    const waiting = await untilLive(engine, (snapshot) => snapshot.state === 'waiting')
    expect(waiting.reason).toContain('is full')
    const done = await untilEnded(engine, count)
    expect(done.tables[0]?.landed).toBe(count)
    expect(done.events.map((event) => event.kind)).toEqual(
      expect.arrayContaining(['store-full', 'store-room']),
    )
  })

  it('starts again at its limit and below it, waits, and goes on where the limit was raised', async () => {
    const folder = bench.folder()
    const count = 30_000
    const lines = Array.from({ length: count }, (_, n) => JSON.stringify({ n, doc: 'x'.repeat(400) }))
    const file = capture(folder, lines)
    const names = path.join(folder, 'names.csv')
    writeFileSync(names, `n,name\n${lines.map((_, n) => `${String(n)},name ${String(n)}\n`).join('')}`)
    const limitedTo = (megabytes: number | null): Workspace =>
      workspace(folder, {
        // Small batches, so that what is free at the limit is less than the lookup needs.
        sources: [source('s', file, columns, { rate: { kind: 'perSecond', records: 20_000 } })],
        lookups: [lookup('names', names, 'n')],
        tables: [table('t', 's', [step('named', 'SELECT i.*, name FROM input i JOIN names USING (n)')])],
        rollups: [rollup('r', 't', { rows: 'count(*)' })],
        store: {
          mode: 'disk',
          limitBytes: megabytes === null ? null : megabytes * 1024 * 1024,
          budgetBytes: null,
        },
      })
    for (const megabytes of [8, 8, 4, 4]) {
      const engine = await bench.started(limitedTo(megabytes))
      const waiting = await untilLive(engine, (snapshot) => snapshot.state === 'waiting')
      expect(waiting.reason).toContain('is full')
      expect(waiting.store.bytes).toBeLessThan(9 * 1024 * 1024)
      await engine.stop()
    }
    const engine = await bench.started(limitedTo(null))
    await untilEnded(engine, count)
    await engine.stop()
    expect(readStore(engine.storeFile, 'SELECT count(*) AS n FROM t')).toEqual([{ n: count }])
    expect(readStore(engine.storeFile, 'SELECT rows AS n FROM r')).toEqual([{ n: count }])
  })

  it.skipIf(!isRoot)(
    'a change that finds no room on its disk leaves all running, and is made once there is (needs root)',
    () =>
      onSmallDisk('32m', async (folder, disk) => {
        const count = 20_000
        const lines = Array.from({ length: count }, (_, n) => JSON.stringify({ n, doc: 'x'.repeat(200) }))
        const file = capture(folder, lines)
        const version = (tables: Workspace['tables'], rollups: Workspace['rollups']): Workspace =>
          workspace(disk, {
            sources: [source('s', file, columns)],
            tables,
            rollups,
            store: { mode: 'disk', limitBytes: null, budgetBytes: null },
          })
        const t = table('t', 's', [step('pick', 'SELECT n, doc FROM input')])
        const ballast = path.join(disk, 'ballast')
        const threads: string[] = []
        const engine = bench.engine(
          version([t], []),
          { threadStarted: ({ name }) => threads.push(name) },
          folder,
        )
        await engine.start()
        await untilEnded(engine, count)
        const copies = ['a', 'b', 'c'].map((name) => table(name, 's', [step('few', 'SELECT n FROM input')]))
        const wider = table('t', 's', [step('pick', 'SELECT n, doc, n * 2 AS twice FROM input')])
        const changed = version([wider, ...copies], [rollup('r', 't', { rows: 'count(twice)' })])
        takeAllRoom(engine.storeFile, ballast)
        await expect(engine.change(changed)).rejects.toMatchObject({ code: 'STORE_FULL' })
        await expect(engine.change(changed)).rejects.toMatchObject({ code: 'STORE_FULL' })
        await untilLive(engine, ({ state }) => state === 'waiting')
        rmSync(ballast)
        await untilLive(engine, ({ state }) => state === 'running')
        expect(await engine.change(changed)).toBe(true)
        await untilEnded(engine, count)
        await untilLive(engine, ({ backfills }) => backfills.length === 0)
        await untilLive(engine, ({ rollups }) => rollups[0]?.rows === count)
        expect(threads.toSorted()).toEqual(['ingest', 'store'])
        expect((await engine.listEvents({ limit: 50 })).map(({ kind }) => kind)).not.toContain(
          'rollup-misses',
        )
        await engine.stop()
        for (const name of ['t', 'a', 'b', 'c'])
          expect(
            readStore(engine.storeFile, `SELECT count(*) AS rows, count(DISTINCT n) AS n FROM ${name}`),
          ).toEqual([{ rows: count, n: count }])
        expect(integrityOf(engine.storeFile)).toEqual(['ok'])
      }),
  )

  it.skipIf(!isRoot).each([0, 8, 40, 80, 120, 400])(
    'says so when its disk has %s KB left, at the start or later, and starts once there is room (needs root)',
    (kilobytes) =>
      onSmallDisk('8m', async (folder, disk) => {
        const count = 2000
        const captures = path.join(folder, 'captures')
        mkdirSync(captures)
        const plan = { ...strictWorkspaceOn(disk, capture(captures, mixedRecords(count))), folder: disk }
        const ballast = path.join(disk, 'ballast')
        writeFileSync(ballast, Buffer.alloc((8 * 1024 - kilobytes) * 1024))
        const engine = bench.engine(plan, {}, folder)
        const outcome = await engine.start().then(
          async () => (await untilLive(engine, (snapshot) => snapshot.state === 'waiting')).reason,
          (error: unknown) => error,
        )
        if (typeof outcome === 'string') expect(outcome).toMatch(/is full|cannot be written/)
        else {
          expect(outcome).toMatchObject({ code: expect.stringMatching(/^STORE_(FULL|UNUSABLE)$/) as string })
        }
        await engine.stop()
        rmSync(ballast)
        const next = bench.engine(plan, {}, folder)
        await next.start()
        await untilEnded(next, count)
        await next.stop()
        expectEachOnce(next.storeFile, count)
      }),
  )

  it.skipIf(!isRoot)(
    'waits while its disk is full and loses nothing (needs root, for a small file system)',
    () =>
      onSmallDisk('24m', async (folder, disk) => {
        const count = 60_000
        const captureFolder = path.join(folder, 'captures')
        mkdirSync(captureFolder)
        const file = capture(captureFolder, mixedRecords(count))
        const plan = { ...strictWorkspaceOn(disk, file), folder: disk }
        const ballast = path.join(disk, 'ballast')
        writeFileSync(ballast, Buffer.alloc(23 * 1024 * 1024))
        const engine = await bench.started(plan)
        const waiting = await untilLive(engine, (snapshot) => snapshot.state === 'waiting')
        expect(waiting.reason).toMatch(/is full|cannot be written/)
        rmSync(ballast)
        await untilEnded(engine, count)
        await engine.stop()
        expectEachOnce(engine.storeFile, count)
      }),
  )
})

/** Runs with a file system of so many bytes, as `mount` writes them, below a folder. */
async function onSmallDisk(
  size: string,
  work: (folder: string, disk: string) => Promise<void>,
): Promise<void> {
  const folder = bench.folder()
  const disk = path.join(folder, 'disk')
  mkdirSync(disk)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk])
  try {
    await work(folder, disk)
  } finally {
    execFileSync('umount', ['-l', disk])
  }
}

function strictWorkspaceOn(folder: string, file: string): Workspace {
  const plan = strictWorkspace(path.dirname(file), 0, 'disk')
  return { ...plan, file: path.join(folder, 'penstock.yaml'), folder }
}

describe('lookups', () => {
  const airports = (rows: number, city: string): string =>
    ['iata,city', ...Array.from({ length: rows }, (_, index) => `A${String(index)},${city}`)].join('\n')

  it('is reloaded when its file changes, never half, and keeps the old version when the new one is bad', async () => {
    const folder = bench.folder()
    const file = path.join(folder, 'airports.csv')
    writeFileSync(file, airports(30_000, 'old'))
    const lines = Array.from({ length: 100 }, (_, n) => JSON.stringify({ n, doc: `A${String(n)}` }))
    const steps = [step('enriched', 'SELECT f.*, a.city FROM input f LEFT JOIN airports a ON a.iata = f.doc')]
    const plan = workspace(folder, {
      sources: [
        source('s', capture(folder, lines), columns, {
          loop: true,
          rate: { kind: 'perSecond', records: 4000 },
        }),
      ],
      lookups: [lookup('airports', file, 'iata')],
      tables: [table('t', 's', steps)],
    })
    const engine = await bench.started(plan)
    await untilLive(engine, (snapshot) => (snapshot.tables[0]?.landed ?? 0) > 200)
    writeFileSync(file, airports(30_000, 'new'))
    const sizes = new Set<unknown>()
    let reloaded = false
    while (!reloaded) {
      sizes.add((await query(engine, 'SELECT count(*), count(DISTINCT city) FROM airports'))[0]?.join(' '))
      reloaded = (await engine.live.next(null, null)).events.some((event) => event.kind === 'lookup-reloaded')
    }
    expect([...sizes]).toEqual(['30000 1'])
    writeFileSync(file, 'iata,town\nA1,x\n')
    await untilLive(engine, (snapshot) => snapshot.events.some((event) => event.kind === 'lookup-unreadable'))
    expect(await query(engine, 'SELECT city, count(*) FROM airports GROUP BY city')).toEqual([
      ['new', 30_000],
    ])
    const snapshot = await untilLive(engine, (seen) => seen.lookups[0]?.problem !== '')
    expect(snapshot.lookups[0]?.problem).toContain('column city is no longer there')
    rmSync(file)
    await untilLive(
      engine,
      (seen) =>
        seen.lookups[0]?.problem.includes('airports.csv') === true &&
        seen.events.filter((event) => event.kind === 'lookup-unreadable').length > 1,
    )
    const [cities] = await query(
      engine,
      "SELECT count(*) FROM t WHERE city IS NULL OR city NOT IN ('old', 'new')",
    )
    expect(cities).toEqual([0])
  })

  it('keeps the last row of a repeated key and says how many there were', async () => {
    const folder = bench.folder()
    const file = path.join(folder, 'airports.csv')
    writeFileSync(file, 'iata,city\nA1,first\nA2,other\nA1,last\n')
    const plan = workspace(folder, {
      sources: [source('s', capture(folder, ['{"n":1,"doc":"A1"}']), columns)],
      lookups: [lookup('airports', file, 'iata')],
      tables: [
        table('t', 's', [
          step('enriched', 'SELECT f.n, a.city FROM input f JOIN airports a ON a.iata = f.doc'),
        ]),
      ],
    })
    const engine = await bench.started(plan)
    const snapshot = await untilEnded(engine, 1)
    expect(snapshot.events.find((event) => event.kind === 'lookup-duplicates')?.message).toContain(
      '1 rows repeat a iata',
    )
    expect(await query(engine, 'SELECT n, city FROM t')).toEqual([[1, 'last']])
  })
})

describe('the workspace', () => {
  it('goes on and says so when its folder is deleted', async () => {
    const folder = bench.folder()
    const home = path.join(folder, 'home')
    mkdirSync(home)
    writeFileSync(path.join(home, 'penstock.yaml'), 'penstock: 1\n')
    const file = capture(folder, mixedRecords(1000))
    const parts = strictWorkspaceOn(home, file)
    const looping = parts.sources.map((entry) => ({
      ...entry,
      input: { ...entry.input, loop: true, rate: { kind: 'perSecond', records: 1000 } as const },
    }))
    const engine = await bench.started({
      ...parts,
      sources: looping,
      store: { mode: 'memory', limitBytes: null, budgetBytes: null },
    })
    rmSync(home, { recursive: true })
    const gone = await untilLive(engine, (snapshot) =>
      snapshot.events.some((event) => event.kind === 'workspace-gone'),
    )
    const before = gone.sources[0]?.records ?? 0
    await untilLive(engine, (snapshot) => (snapshot.sources[0]?.records ?? 0) > before)
  })

  it('stops ingest and says so when the store goes with its folder', async () => {
    const folder = bench.folder()
    const home = path.join(folder, 'home')
    mkdirSync(home)
    const parts = strictWorkspaceOn(home, capture(folder, mixedRecords(1000)))
    const looping = parts.sources.map((entry) => ({
      ...entry,
      input: { ...entry.input, loop: true, rate: { kind: 'perSecond', records: 1000 } as const },
    }))
    const engine = await bench.started({ ...parts, sources: looping })
    await untilLive(engine, (snapshot) => (snapshot.sources[0]?.records ?? 0) > 100)
    rmSync(home, { recursive: true })
    const failed = await untilLive(
      engine,
      (snapshot) => snapshot.state === 'failed' && snapshot.sources[0]?.state === 'paused',
    )
    expect(failed.reason).toContain('was removed or replaced, so ingest has stopped')
    await expect(engine.resume()).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    expect((await engine.live.next(null, null)).state).toBe('failed')
  })

  it('does not start with steps that do not compile, and leaves nothing running', async () => {
    const folder = bench.folder()
    const plan = {
      ...strictWorkspace(folder, 10, 'disk'),
      tables: [table('t', 's', [step('bad', 'SELECT nope FROM input')])],
    }
    const engine = bench.engine(plan)
    await expect(engine.start()).rejects.toMatchObject({
      code: 'WORKSPACE_INVALID',
      details: { problems: [{ message: 'step bad: no such column: nope' }] },
    })
    await bench.started(strictWorkspace(folder, 10, 'disk'))
  })
})

function childrenOf(pid: number): number[] {
  const text = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)]).toString()
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(Number)
}

function isZombie(pid: number): boolean {
  return /^State:\s+Z/m.test(execFileSync('cat', [`/proc/${String(pid)}/status`]).toString())
}
