/** A snapshot that is opened offline: every view works on what it holds, nothing runs, and files that are none are refused. */
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, describe, expect, it } from 'vitest'
import { WorkspaceSession } from '../../src-main/hosts/shared/workspace-session.ts'
import { EncryptedFileStore } from '../../src-main/hosts/shared/secrets/encrypted-file.ts'
import { createHostEngine } from '../../src-main/hosts/shared/host-engine.ts'
import { viewWorkspace } from '../../src-main/hosts/shared/workspace-view.ts'
import { loadWorkspace } from '../../src-main/workspace/load.ts'
import { createFakeLogger } from '../unit/hosts/fake-logger.ts'
import { temporaryFolders } from '../unit/hosts/temporary-folder.ts'
import { capture, query, untilEnded, untilLive } from '../support/engines.ts'

const folder = temporaryFolders()
const count = 3000
let taken: string
let home: string

function sessionIn(base: string): WorkspaceSession {
  const stateFolder = path.join(base, 'state')
  const secrets = new EncryptedFileStore({ stateFolder, environment: {} })
  return new WorkspaceSession({ host: 'cli', logger: createFakeLogger(), stateFolder, secrets, folder: base })
}

const yaml = `penstock: 1
name: orders
connections:
  local: { brokers: ["127.0.0.1:1"] }
sources:
  s: { replay: { file: capture.ndjson }, columns: { n: integer, doc: text } }
tables:
  t:
    source: s
    steps: [{ name: even, sql: SELECT * FROM input WHERE n % 2 = 0 }]
store: { mode: disk }
`

/** Rows of a cluster as the engine measures them; no broker is at hand here. */
function remember(storeFile: string, now: number): void {
  const store = new DatabaseSync(storeFile)
  store.exec(`
    INSERT INTO _penstock_topics VALUES (1, ${String(now - 5000)}, '', 'local', 'orders', -1, 600, 0, 0),
      (1, ${String(now - 5000)}, '', 'local', 'payments', -1, 60, 0, 0);
    INSERT INTO sys_lag VALUES (1, ${String(now - 5000)}, 'local', 'billing', '', 'orders', 0, 90, 100, 10, 2000)`)
  store.close()
}

beforeAll(async () => {
  home = path.join(process.env['TMPDIR'] ?? '/tmp', `penstock-open-${String(process.pid)}`)
  mkdirSync(home, { recursive: true })
  writeFileSync(path.join(home, 'penstock.yaml'), yaml)
  capture(
    home,
    Array.from({ length: count }, (_, n) => (n % 100 === 0 ? '{"n":' : JSON.stringify({ n, doc: 'x' }))),
  )
  const loaded = await loadWorkspace(home)
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems))
  const stateFolder = path.join(home, 'state')
  const secrets = new EncryptedFileStore({ stateFolder, environment: {} })
  const engine = createHostEngine(loaded.workspace, {
    host: 'cli',
    logger: createFakeLogger(),
    stateFolder,
    secrets,
  })
  await engine.start()
  await untilEnded(engine, count)
  remember(engine.storeFile, Date.now())
  engine.snapshots.start('taken.db')
  let { version, run } = await engine.snapshots.watch(null)
  while (run?.endedAt === null || run === null) ({ version, run } = await engine.snapshots.watch(version))
  await engine.stop()
  taken = run.file
  expect(run.error?.message ?? null).toBeNull()
}, 60_000)

describe('an open snapshot', () => {
  it('shows what it holds in every view, and runs nothing', async () => {
    const session = sessionIn(folder())
    expect(await session.open(taken)).toMatchObject({ state: 'open', file: taken, error: null })
    const opened = session.current()
    const { engine, snapshot } = opened
    expect(snapshot?.file).toBe(taken)
    const view = viewWorkspace({ ...opened, version: '1', host: 'cli' }, engine)
    expect(view).toMatchObject({
      name: 'orders',
      file: path.join(home, 'penstock.yaml'),
      storeFile: taken,
      snapshot,
    })
    const live = await engine.live.next(null, null)
    expect(live).toMatchObject({
      state: 'snapshot',
      sources: [{ name: 's', state: 'ended', records: count, dead: 30, recordsPerSecond: 0 }],
      steps: [{ step: 'even', rowsIn: 2970, rowsOut: 1470 }],
      tables: [{ name: 't', rows: 1470, landed: 1470 }],
      deadLetters: { total: 30, kept: 30 },
      connections: [{ name: 'local', state: 'idle' }],
    })
    const renewed = await engine.live.next(live.epoch, live.version)
    expect(renewed.version).toBeGreaterThan(live.version)
    expect(await query(engine, 'SELECT count(*) FROM t')).toEqual([[1470]])
    expect(await engine.deadLetters.groups()).toHaveLength(1)
    expect((await engine.statistics.batches({ limit: 1 }))[0]?.source).toBe('s')
    const takenAt = snapshot?.takenAt ?? 0
    const range = { fromMs: takenAt - 60_000, toMs: takenAt + 1000, bucketMs: 1000 }
    expect((await engine.statistics.throughput(range)).lines[0]?.name).toBe('s')
    expect(await engine.listEvents({ limit: 5 })).toEqual([])
    await session.stop()
  })

  it('remembers topics and groups, and connects nowhere', async () => {
    const session = sessionIn(folder())
    await session.open(taken)
    const { clusters, snapshots, pause } = session.current().engine
    const list = { connection: 'local', search: '', internal: false, descending: true, start: 0, count: 10 }
    const topics = await clusters.topics.list({ ...list, sort: 'recordsPerSecond' })
    expect(
      topics.topics.map(({ name, recordsPerSecond, sizeBytes }) => [name, recordsPerSecond, sizeBytes]),
    ).toEqual([
      ['orders', 10, null],
      ['payments', 1, null],
    ])
    const topic = await clusters.topics.get('local', 'orders')
    expect(topic.groups).toEqual([{ id: 'billing', state: '', lag: 10 }])
    expect(topic.notSeen[0]).toContain('This is a snapshot')
    const groups = await clusters.groups.list({ ...list, sort: 'lag' })
    expect(groups.groups).toMatchObject([
      { id: 'billing', lag: 10, lagMs: 2000, members: null, topics: ['orders'] },
    ])
    const now = Date.now()
    const range = { fromMs: now - 120_000, toMs: now, bucketMs: 1000 }
    const lag = await clusters.groups.history('local', 'billing', range)
    expect(lag.lines[0]?.values.filter((value) => value !== null)).toEqual([10])
    const only = { code: 'SNAPSHOT_ONLY' }
    await expect(clusters.view('local')).rejects.toMatchObject(only)
    await expect(pause()).rejects.toMatchObject(only)
    expect(() => snapshots.start('again.db')).toThrow(expect.objectContaining(only))
    await expect(session.saveConnection({ ...draft })).rejects.toMatchObject(only)
    await session.stop()
  })

  it('is open twice at once, and stays as it was', async () => {
    const before = readFileSync(taken)
    const sessions = [sessionIn(folder()), sessionIn(folder())]
    for (const session of sessions) expect(await session.open(taken)).toMatchObject({ state: 'open' })
    for (const session of sessions)
      expect(await query(session.current().engine, 'SELECT count(*) FROM t')).toEqual([[1470]])
    for (const session of sessions) await session.stop()
    expect(readFileSync(taken).equals(before)).toBe(true)
  })

  it('says so when a page of it is damaged', async () => {
    const base = folder()
    const file = path.join(base, 'spoiled.db')
    const bytes = readFileSync(taken)
    bytes.fill(0xaa, bytes.length - 3 * 8192, bytes.length - 8192)
    writeFileSync(file, bytes)
    const session = sessionIn(base)
    await session.open(file)
    const live = await untilLive(session.current().engine, ({ state }) => state === 'failed')
    expect(live.reason).toContain('the snapshot is damaged')
    await session.stop()
  })
})

/** A copy of the snapshot as an earlier version would have written it. */
function earlier(file: string, change: string): void {
  copyFileSync(taken, file)
  const database = new DatabaseSync(file)
  database.exec(change)
  database.close()
}

describe('a snapshot of a store that an earlier version made', () => {
  it('opens without the system tables and columns that are newer, which read as empty', async () => {
    const base = folder()
    const file = path.join(base, 'earlier.db')
    earlier(
      file,
      `DROP TABLE sys_rollups; DROP TABLE sys_lag; DROP TABLE sys_gaps; DROP TABLE _penstock_gap_totals;
      DROP TABLE _penstock_watermarks; DROP TABLE sys_lookups; DROP TABLE _penstock_columns;
      ALTER TABLE sys_batches DROP COLUMN watermark; ALTER TABLE sys_batches DROP COLUMN late;
      ALTER TABLE sys_batches DROP COLUMN too_late; ALTER TABLE sys_tables DROP COLUMN stale;
      ALTER TABLE sys_tables DROP COLUMN duplicates`,
    )
    const session = sessionIn(base)
    expect(await session.open(file)).toMatchObject({ state: 'open', error: null })
    const { engine } = session.current()
    const live = await engine.live.next(null, null)
    expect(live.tables).toMatchObject([{ name: 't', rows: 1470, stale: 0, duplicates: 0 }])
    expect((await engine.statistics.batches({ limit: 1 }))[0]).toMatchObject({
      watermarkAt: null,
      late: null,
    })
    expect(await query(engine, 'SELECT count(*) FROM sys_lag')).toEqual([[0]])
    const list = { connection: 'local', search: '', internal: false, descending: true, start: 0, count: 10 }
    expect((await engine.clusters.groups.list({ ...list, sort: 'lag' })).groups).toEqual([])
    const { relations } = await engine.queries.schema()
    expect(relations.map(({ name }) => name)).toContain('t')
    expect(relations.map(({ name }) => name)).not.toContain('sys_lag')
    await session.stop()
  })

  it('opens where nothing but its tables is left', async () => {
    const base = folder()
    const file = path.join(base, 'bare.db')
    const database = new DatabaseSync(taken, { readOnly: true })
    const names = database
      .prepare(`SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'view') AND name GLOB '*_*'`)
      .all()
      .filter(({ name }) => !['_penstock_meta', 'sys_snapshot', 'sys_workspace'].includes(String(name)))
      .filter(({ name }) => !String(name).startsWith('sqlite_'))
    database.close()
    earlier(file, names.map(({ type, name }) => `DROP ${String(type)} "${String(name)}";`).join('\n'))
    const session = sessionIn(base)
    expect(await session.open(file)).toMatchObject({ state: 'open', error: null })
    const { engine } = session.current()
    expect(await query(engine, 'SELECT count(*) FROM t')).toEqual([[1470]])
    expect(await engine.statistics.batches({ limit: 5 })).toEqual([])
    expect(await engine.deadLetters.groups()).toEqual([])
    expect(await engine.listEvents({ limit: 5 })).toEqual([])
    await session.stop()
  })
})

const draft = {
  ...{ name: 'local', brokers: ['127.0.0.1:9'], tls: null, sasl: null, registry: null },
  ...{ writes: false, production: false, color: null },
}

describe('a file that is no snapshot', () => {
  const refusals: [string, (file: string) => void, RegExp][] = [
    ['missing', () => undefined, /missing\.db does not exist$/],
    [
      'empty',
      (file) => {
        writeFileSync(file, '')
      },
      /empty\.db is empty$/,
    ],
    [
      'text',
      (file) => {
        writeFileSync(file, 'dear reader, '.repeat(100))
      },
      /text\.db is no SQLite database/,
    ],
    [
      'other',
      (file) => {
        new DatabaseSync(file).exec('CREATE TABLE a (b)')
      },
      /other\.db is a database, but no snapshot/,
    ],
    [
      'cut',
      (file) => {
        copyFileSync(taken, file)
        truncateSync(file, 40_960)
      },
      /cut\.db is (cut short|damaged)/,
    ],
    [
      'store',
      (file) => {
        copyFileSync(path.join(home, '.penstock/store.db'), file)
      },
      /is the store of a workspace and no snapshot/,
    ],
    [
      'newer',
      (file) => {
        copyFileSync(taken, file)
        new DatabaseSync(file).exec("UPDATE sys_snapshot SET format = 99, penstock = '9.9'")
      },
      /was written by Penstock 9\.9, which is newer/,
    ],
    [
      'newer-store',
      (file) => {
        copyFileSync(taken, file)
        new DatabaseSync(file).exec("UPDATE _penstock_meta SET value = '99' WHERE name = 'format'")
      },
      /which is newer/,
    ],
  ]
  it.each(refusals)('%s', async (name, make, words) => {
    const base = folder()
    const file = path.join(base, `${name}.db`)
    make(file)
    const session = sessionIn(base)
    const refused = session.open(file)
    await expect(refused).rejects.toMatchObject({ code: 'SNAPSHOT_UNUSABLE' })
    await expect(refused).rejects.toThrow(words)
    expect((await session.watch(null)).state).toBe('none')
  })
})
