import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import type { Cell } from '#contract/cells.ts'
import type { QueryStatus } from '#contract/query.ts'
import { jsonLinesFormat } from '../../../../src-main/hosts/cli/results/json-lines.ts'
import { writeResult } from '../../../../src-main/hosts/cli/results/write-result.ts'
import type { QueryRunner } from '../../../../src-main/hosts/cli/results/write-result.ts'
import { createFakeOutput } from './fake-output.ts'

const base: QueryStatus = {
  id: 'q',
  version: 1,
  state: 'running',
  columns: [{ name: 'n', type: 'integer' }],
  rows: 0,
  bytes: 0,
  elapsedMs: 0,
  asOf: null,
  truncated: false,
  error: null,
  errorOffset: null,
}

/** A statement that goes through these states, one per watch. */
function runnerOf(changes: Partial<QueryStatus>[], cells: (row: number) => Cell = (row) => row) {
  const pages: [number, number][] = []
  let at = -1
  const runner: QueryRunner = {
    start: () => ({ id: 'q' }),
    watch(_id, _after, signal) {
      signal?.throwIfAborted()
      at += 1
      const change = changes[at]
      return change === undefined
        ? Promise.reject(new Error('watched after its end'))
        : Promise.resolve({ ...base, ...change, version: at + 1 })
    },
    page(_id, start, count) {
      pages.push([start, count])
      const rows = Math.min(count, (changes[at]?.rows ?? 0) - start)
      return Promise.resolve({ start, rows: Array.from({ length: rows }, (_, row) => [cells(start + row)]) })
    },
  }
  return { runner, pages }
}

const write = (runner: QueryRunner, output = createFakeOutput(), signal = new AbortController().signal) =>
  writeResult(runner, { sql: 'SELECT 1' }, { format: jsonLinesFormat(), output, signal })

describe('writing a result', () => {
  it('writes pages while the statement runs, each row once', async () => {
    const { runner, pages } = runnerOf([
      { state: 'queued' },
      { rows: 2 },
      { rows: 2 },
      { rows: 1200, state: 'done' },
    ])
    const output = createFakeOutput()
    await expect(write(runner, output)).resolves.toMatchObject({ rows: 1200, cutValues: 0 })
    const lines = output.written.join('').trimEnd().split('\n')
    expect(lines).toEqual(Array.from({ length: 1200 }, (_, row) => `{"n":${String(row)}}`))
    expect(pages).toEqual([
      [0, 100],
      [2, 500],
      [502, 500],
      [1002, 500],
    ])
  })

  it('writes what came before a limit, and hands the limit back', async () => {
    const error = { code: 'QUERY_SIZE_LIMIT', message: 'too much', details: {} } as const
    const { runner } = runnerOf([{ rows: 1, state: 'failed', truncated: true, error }])
    await expect(write(runner)).resolves.toMatchObject({ rows: 1, status: { truncated: true, error } })
  })

  it('throws the fault of the statement', async () => {
    const error = { code: 'QUERY_INVALID', message: 'no such table: x', details: {} } as const
    const { runner } = runnerOf([{ state: 'failed', error }])
    await expect(write(runner)).rejects.toEqual(new AppError('QUERY_INVALID', 'no such table: x'))
  })

  it('stops reading when the reader of the output has gone', async () => {
    const { runner, pages } = runnerOf([{ rows: 10_000, state: 'done' }])
    await expect(write(runner, createFakeOutput(3))).rejects.toThrow('nobody reads')
    expect(pages).toHaveLength(3)
  })

  it('stops when it is aborted', async () => {
    const abort = new AbortController()
    abort.abort(new Error('stopped'))
    const { runner } = runnerOf([{ state: 'done' }])
    await expect(write(runner, createFakeOutput(), abort.signal)).rejects.toThrow('stopped')
  })

  it('counts values that were cut', async () => {
    const cells: Cell[] = [{ t: 'abc', n: 10 }, { b: 'AAE=', n: 10 }, { b: 'AAE=', n: 2 }, 'abc']
    const { runner } = runnerOf([{ rows: 4, state: 'done' }], (row) => cells[row] ?? null)
    await expect(write(runner)).resolves.toMatchObject({ cutValues: 2 })
  })

  it('fails rather than wait for a row that never comes', async () => {
    const { runner } = runnerOf([{ rows: 5, state: 'done' }])
    const empty: QueryRunner = { ...runner, page: (_id, start) => Promise.resolve({ start, rows: [] }) }
    await expect(write(empty)).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})
