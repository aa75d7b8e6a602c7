/** Snapshots of stores that are being written: whole, of one instant, never half a file, whatever happens meanwhile. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { SnapshotRun } from '../../src-main/contract/snapshots.ts'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import type { Workspace } from '../../src-main/workspace/model.ts'
import { capture, readStore, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { integrityOf } from '../support/integrity.ts'
import { listDescendants } from '../support/processes.ts'
import { column, source, step, table, workspace } from '../support/workspaces.ts'
import { mountSmallDisk } from '../unit/engine/query/support/tmpfs.ts'

const bench = testBench()
const columns = [column('n', 'integer', { nullable: false }), column('doc', 'text')]
const count = 60_000

/** Every 97th record cannot be decoded. */
function plan(folder: string, extra: Partial<Workspace> = {}): Workspace {
  const file = path.join(folder, 'capture.ndjson')
  if (!existsSync(file)) {
    const filling = 'x'.repeat(500)
    capture(
      folder,
      Array.from({ length: count }, (_, n) =>
        n % 97 === 0 ? `{"n":${String(n)}` : JSON.stringify({ n, doc: filling }),
      ),
    )
  }
  return workspace(folder, {
    text: 'penstock: 1\n# as it was read\n',
    sources: [source('s', file, columns, { partitions: 3, rate: { kind: 'perSecond', records: 20_000 } })],
    tables: [table('t', 's', [step('all', 'SELECT * FROM input')])],
    store: { mode: 'disk', limitBytes: null, budgetBytes: null },
    ...extra,
  })
}

async function untilRun(engine: Engine, fits: (run: SnapshotRun) => boolean): Promise<SnapshotRun> {
  let { version, run } = await engine.snapshots.watch(null)
  while (run === null || !fits(run)) ({ version, run } = await engine.snapshots.watch(version))
  return run
}

/** Takes a snapshot and kills the process that makes it. @returns how it ended */
async function killedRun(engine: Engine, file: string): Promise<SnapshotRun> {
  const { run } = engine.snapshots.start(file)
  await untilRun(engine, ({ id, totalBytes }) => id === run?.id && totalBytes > 0)
  const copier = (await listDescendants(process.pid)).find(({ command }) =>
    command.includes('snapshot.process'),
  )
  if (copier !== undefined) process.kill(copier.pid, 'SIGKILL')
  return untilRun(engine, (one) => one.id === run?.id && hasEnded(one))
}

const hasEnded = ({ endedAt }: SnapshotRun): boolean => endedAt !== null

/** A file is of one instant where what was read is what landed or failed. @returns records read */
function expectOneInstant(file: string): number {
  const sum = (sql: string): number => Number(readStore(file, sql)[0]?.['n'])
  const read = sum('SELECT sum(next_offset) AS n FROM _penstock_positions WHERE partition >= 0')
  const landed = sum('SELECT count(*) AS n FROM t')
  expect(landed).toBe(sum('SELECT count(DISTINCT n) AS n FROM t'))
  expect(landed + sum('SELECT count(*) AS n FROM sys_dead_letters')).toBe(read)
  expect(sum('SELECT sum(records) AS n FROM sys_batches')).toBe(read)
  expect(integrityOf(file)).toEqual(['ok'])
  return read
}

describe('a snapshot', () => {
  it('is one plain file of one instant, taken while ingest goes on and loses nothing', async () => {
    const folder = bench.folder()
    const engine = await bench.started(plan(folder))
    await untilLive(engine, ({ sources }) => (sources[0]?.records ?? 0) > 5000)
    engine.snapshots.start('kept/first.db')
    const run = await untilRun(engine, hasEnded)
    const file = path.join(folder, 'kept/first.db')
    expect(run).toMatchObject({ state: 'done', file, error: null, scheduled: false, leftMs: null })
    expect(run.bytes).toBe(statSync(file).size)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(path.dirname(file))).toEqual(['first.db'])
    const read = expectOneInstant(file)
    expect(read).toBeGreaterThan(5000)
    expect(readStore(file, 'SELECT name, text FROM sys_workspace')).toEqual([
      { name: 'test', text: 'penstock: 1\n# as it was read\n' },
    ])
    expect(readStore(file, 'SELECT format, penstock, scheduled FROM sys_snapshot')).toEqual([
      { format: 1, penstock: 'test', scheduled: 0 },
    ])
    const snapshot = await untilEnded(engine, count)
    expect(snapshot.events.map(({ kind }) => kind)).toContain('snapshot-taken')
    await engine.stop()
    expect(expectOneInstant(engine.storeFile)).toBe(count)
  })

  it('is read by any SQLite, also where nothing can be written beside it', async () => {
    const folder = bench.folder()
    const engine = await bench.started(plan(folder))
    await untilLive(engine, ({ sources }) => (sources[0]?.records ?? 0) > 1000)
    engine.snapshots.start('shut/one.db')
    await untilRun(engine, hasEnded)
    const file = path.join(folder, 'shut/one.db')
    expect(readFileSync(file).subarray(18, 20)).toEqual(Buffer.from([1, 1]))
    const own = new DatabaseSync(file, { readOnly: true })
    const rows = own.prepare('SELECT count(*) AS n FROM t').get()?.['n']
    expect(own.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' })
    own.close()
    const script = `import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM t").fetchone()[0])`
    expect(execFileSync('python3', ['-c', script, file]).toString().trim()).toBe(String(rows))
    expect(readdirSync(path.dirname(file))).toEqual(['one.db'])
  })

  it('is of the whole store in memory too', async () => {
    const folder = bench.folder()
    const engine = await bench.started(
      plan(folder, { store: { mode: 'memory', limitBytes: null, budgetBytes: null } }),
    )
    await untilLive(engine, ({ sources }) => (sources[0]?.records ?? 0) > 1000)
    engine.snapshots.start('memory.db')
    expect(await untilRun(engine, hasEnded)).toMatchObject({ state: 'done' })
    expect(expectOneInstant(path.join(folder, 'memory.db'))).toBeGreaterThan(1000)
  })

  it('is cancelled at once and leaves nothing', async () => {
    const folder = bench.folder()
    const engine = await bench.started(plan(folder))
    await untilLive(engine, ({ sources }) => (sources[0]?.records ?? 0) > 20_000)
    mkdirSync(path.join(folder, 'kept'))
    engine.snapshots.start('kept/one.db')
    expect(() => engine.snapshots.start('kept/two.db')).toThrow('is being taken')
    const run = await untilRun(engine, ({ totalBytes }) => totalBytes > 0)
    const { run: ended } = await engine.snapshots.cancel(run.id)
    expect(ended).toMatchObject({ id: run.id, state: 'cancelled', error: null })
    expect(readdirSync(path.join(folder, 'kept'))).toEqual([])
    expect(await listDescendants(process.pid)).not.toContainEqual(
      expect.objectContaining({ command: expect.stringContaining('snapshot.process') as string }),
    )
    engine.snapshots.start('kept/two.db')
    expect(await untilRun(engine, hasEnded)).toMatchObject({ state: 'done' })
  })

  it('ends with the engine that is opened again meanwhile, says why, and can be taken from the next', async () => {
    const folder = bench.folder()
    const first = await bench.started(plan(folder))
    await untilLive(first, ({ sources }) => (sources[0]?.records ?? 0) > 20_000)
    mkdirSync(path.join(folder, 'kept'))
    first.snapshots.start('kept/one.db')
    const { id } = await untilRun(first, ({ totalBytes }) => totalBytes > 0)
    const ended = untilRun(first, hasEnded)
    await first.stop({ keepsStore: true })
    expect(await ended).toMatchObject({ id, state: 'failed', error: { code: 'SNAPSHOT_FAILED' } })
    expect((await ended).error?.message).toMatch(/stopped/)
    expect(readdirSync(path.join(folder, 'kept'))).toEqual([])
    const second = bench.engine(plan(folder))
    await second.start({ goesOn: true })
    const { events } = await untilLive(second, ({ sources }) => (sources[0]?.records ?? 0) > 25_000)
    expect(events.map(({ kind }) => kind)).toContain('snapshot-failed')
    second.snapshots.start('kept/two.db')
    expect(await untilRun(second, hasEnded)).toMatchObject({ state: 'done' })
    expectOneInstant(path.join(folder, 'kept/two.db'))
    await second.stop()
    expect(integrityOf(second.storeFile)).toEqual(['ok'])
  })

  it('leaves the one before it whole when its process is killed', async () => {
    const folder = bench.folder()
    const engine = await bench.started(plan(folder))
    await untilLive(engine, ({ sources }) => (sources[0]?.records ?? 0) > 20_000)
    engine.snapshots.start('one.db')
    const first = await untilRun(engine, hasEnded)
    let run = first
    // A copy may end before it is found and killed; then the next one is.
    while (run.state === 'done') run = await killedRun(engine, 'one.db')
    expect(run).toMatchObject({ state: 'failed', error: { code: 'SNAPSHOT_FAILED' } })
    expect(run.error?.message).toContain('SIGKILL')
    expectOneInstant(first.file)
    expect(readdirSync(folder).filter((name) => name.includes('one.db'))).toEqual(['one.db'])
    const { events } = await untilLive(engine, (live) =>
      live.events.some(({ kind }) => kind === 'snapshot-failed'),
    )
    expect(events.find(({ kind }) => kind === 'snapshot-failed')?.message).toContain(first.file)
    await untilEnded(engine, count)
    await engine.stop()
    expect(expectOneInstant(engine.storeFile)).toBe(count)
    expect(readdirSync(path.dirname(engine.storeFile)).filter((name) => name.startsWith('copy-'))).toEqual([])
  })

  it('replaces a snapshot, and no other file', async () => {
    const folder = bench.folder()
    const engine = await bench.started(plan(folder))
    writeFileSync(path.join(folder, 'letter.txt'), 'dear reader')
    const refused = async (file: string): Promise<string> => {
      const { run } = engine.snapshots.start(file)
      const ended = await untilRun(engine, (one) => one.id === run?.id && hasEnded(one))
      return `${ended.error?.code ?? ''} ${ended.error?.message ?? ''}`
    }
    expect(await refused('letter.txt')).toMatch(/^USAGE .*letter\.txt is there already and is no snapshot/)
    expect(await refused(engine.storeFile)).toMatch(/^USAGE .*store\.db is there already and is no snapshot/)
    expect(await refused('.')).toMatch(/^USAGE .* is a folder/)
    expect(await refused('letter.txt/one.db')).toMatch(/^SNAPSHOT_FAILED no snapshot can be written to/)
    expect(readFileSync(path.join(folder, 'letter.txt'), 'utf8')).toBe('dear reader')
  })

  it('says how much room it needs where a disk is too small, and leaves nothing on it', async (context) => {
    const folder = bench.folder()
    const disk = path.join(folder, 'disk')
    mkdirSync(disk)
    const mounted = mountSmallDisk(disk, 4)
    if (mounted === null) return context.skip()
    try {
      const engine = await bench.started(plan(folder))
      await untilLive(engine, ({ sources }) => (sources[0]?.records ?? 0) > 10_000)
      engine.snapshots.start('disk/one.db')
      const run = await untilRun(engine, hasEnded)
      expect(run).toMatchObject({ state: 'failed', error: { code: 'SNAPSHOT_FAILED' } })
      expect(run.error?.message).toMatch(/needs \d+(\.\d)? MB in .*disk, which has \d+(\.\d)? MB left/)
      expect(readdirSync(disk)).toEqual([])
      await engine.stop()
    } finally {
      mounted.unmount()
    }
  })
})

describe('scheduled snapshots', () => {
  it('come by themselves, and those beyond what is kept go, where they are ours', async () => {
    const folder = bench.folder()
    const kept = path.join(folder, 'kept')
    mkdirSync(kept)
    const foreign = 'test-20200101T000000Z.db'
    writeFileSync(path.join(kept, foreign), 'not ours')
    const snapshots = { everyMs: 1200, folder: kept, keep: 2 }
    const engine = await bench.started(plan(folder, { snapshots }))
    expect((await engine.snapshots.watch(null)).nextAt).toBeGreaterThan(Date.now() - 1200)
    const { events } = await untilLive(engine, (live) =>
      live.events.some(({ kind }) => kind === 'snapshot-removed'),
    )
    expect(events.find(({ kind }) => kind === 'snapshot-removed')?.message).toMatch(/test-\d{8}T\d{6}Z\.db$/)
    await engine.stop()
    const names = readdirSync(kept).sort()
    expect(names[0]).toBe(foreign)
    expect(names.slice(1)).toHaveLength(2)
    for (const name of names.slice(1)) expectOneInstant(path.join(kept, name))
  })

  it('become events where they fail, and are tried again', async () => {
    const folder = bench.folder()
    writeFileSync(path.join(folder, 'kept'), 'a file in the way')
    const snapshots = { everyMs: 500, folder: path.join(folder, 'kept'), keep: 2 }
    const engine = await bench.started(plan(folder, { snapshots }))
    const { events } = await untilLive(
      engine,
      (live) => live.events.filter(({ kind }) => kind === 'snapshot-failed').length > 1,
    )
    expect(events.find(({ kind }) => kind === 'snapshot-failed')).toMatchObject({
      level: 'error',
      subject: 'store',
    })
  })
})
