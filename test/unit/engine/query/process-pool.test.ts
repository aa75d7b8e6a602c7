import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { ProcessPool } from '../../../../src-main/engine/query/process-pool.ts'
import type { Job, JobOutcome } from '../../../../src-main/engine/query/process-pool.ts'
import { defaultQueryLimits } from '../../../../src-main/engine/query/query-limits.ts'
import { MemoryLogger } from './support/store-fixture.ts'

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const folder = mkdtempSync(path.join(tmpdir(), 'penstock-processes-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** A pool of processes that run the given script. */
function poolOf(
  script: string,
  rest: { startMs?: number } = {},
): { pool: ProcessPool; logger: MemoryLogger } {
  const file = path.join(mkdtempSync(path.join(folder, 'entry-')), 'entry.mjs')
  writeFileSync(file, script)
  const logger = new MemoryLogger()
  const pool = new ProcessPool({
    ...{ name: 'test', entry: pathToFileURL(file), size: 1, spare: 1, startMs: 10_000, logger },
    open: { storeFile: 'none', folder, limits: defaultQueryLimits.process },
    ...rest,
  })
  return { pool, logger }
}

function submit(pool: ProcessPool): { job: Job; outcome: Promise<JobOutcome> } {
  const result = Promise.withResolvers<JobOutcome>()
  const job: Job = {
    order: { kind: 'read', sql: 'SELECT 1', parameters: [], rowLimit: 1 },
    timeMs: 10_000,
    taken: () => undefined,
    report: () => undefined,
    settle: result.resolve,
  }
  pool.submit(job)
  return { job, outcome: result.promise }
}

const answering = `process.on('message', ({ kind }) => {
  if (kind === 'open') process.send({ kind: 'ready', memoryBytes: 1 })
  else process.send({ kind: 'values', rows: [[String(process.pid)]], memoryBytes: MEMORY })
})`

const pidOf = (outcome: JobOutcome): unknown =>
  outcome.kind === 'answered' && outcome.report.kind === 'values' ? outcome.report.rows[0]?.[0] : outcome

describe('a pool of processes', () => {
  it('uses a process again', async () => {
    const { pool } = poolOf(answering.replace('MEMORY', '1'))
    const first = pidOf(await submit(pool).outcome)
    expect(pidOf(await submit(pool).outcome)).toBe(first)
    await pool.close()
  })

  it('replaces a process that keeps too much memory', async () => {
    const { pool } = poolOf(answering.replace('MEMORY', String(defaultQueryLimits.process.heapBytes)))
    const first = pidOf(await submit(pool).outcome)
    expect(pidOf(await submit(pool).outcome)).not.toBe(first)
    await pool.close()
  })

  it('waits longer and longer where processes die, and then fails what waits', async () => {
    const { pool, logger } = poolOf(
      `process.stderr.write('cannot start: no library\\n'); process.exitCode = 3`,
    )
    expect(await submit(pool).outcome).toEqual({
      ...{ kind: 'ended', by: 'unavailable' },
      detail: 'exit code 3: cannot start: no library',
    })
    expect(logger.lines).toHaveLength(5)
    expect(pool.waiting).toBe(0)
    await pool.close()
  })

  it('fails a job whose process ends, with the last words of the process', async () => {
    const { pool } = poolOf(`process.on('message', ({ kind }) => {
      if (kind === 'open') process.send({ kind: 'ready', memoryBytes: 1 })
      else { process.stderr.write('fatal: out of luck\\n'); process.exit(9) }
    })`)
    expect(await submit(pool).outcome).toEqual({
      ...{ kind: 'ended', by: 'lost', detail: 'exit code 9: fatal: out of luck' },
    })
    await pool.close()
  })

  it('does not wait for ever for a process to become ready', async () => {
    const { pool, logger } = poolOf('setInterval(() => undefined, 1000)', { startMs: 100 })
    await vi.waitFor(() => {
      expect(logger.lines.map(({ message }) => message)).toContain(
        'a query process did not become ready in time',
      )
    }, 25_000)
    await pool.close()
  })

  it('ignores what is no message of its own', async () => {
    const { pool } = poolOf(`process.send('noise'); process.send({ kind: 'nonsense' }); process.send(null);
      ${answering.replace('MEMORY', '1')}`)
    expect(pidOf(await submit(pool).outcome)).toMatch(/^\d+$/)
    await pool.close()
  })

  it('passes no secret of the environment on', async () => {
    process.env['PENSTOCK_TEST_SECRET'] = 'secret'
    const { pool } = poolOf(`process.on('message', ({ kind }) => {
      if (kind === 'open') process.send({ kind: 'ready', memoryBytes: 1 })
      else process.send({ kind: 'values', rows: [[JSON.stringify(process.env)]], memoryBytes: 1 })
    })`)
    const environment = JSON.parse(String(pidOf(await submit(pool).outcome)))
    delete process.env['PENSTOCK_TEST_SECRET']
    expect(environment).toMatchObject({ SQLITE_TMPDIR: folder })
    expect(environment).not.toHaveProperty('PENSTOCK_TEST_SECRET')
    expect(environment).not.toHaveProperty('PATH')
    await pool.close()
  })
})
