/** Whole commands as processes: what they print, how they end, and that they leave nothing behind. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { listDescendants } from '../../../support/processes.ts'
import { makePlace, runPenstock, startPenstock } from './run-penstock.ts'
import type { TestPlace } from './run-penstock.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const orders = Array.from({ length: 5000 }, (_, id) =>
  JSON.stringify({ id, big: 1, name: id % 2 === 0 ? `order "${String(id)}", new` : '', price: id / 4 }),
)
  .join('\n')
  .replaceAll('"big":1,', '"big":9223372036854775807,')

const yaml = (
  extra = '',
  steps = 'SELECT id, big, nullif(name, \'order "0", new\') AS name, price FROM input',
): string => `
penstock: 1
sources:
  orders:
    replay: { file: orders.ndjson, rate: max }
    format: json
    columns: { id: integer, big: integer, name: text, price: real }
tables:
  orders:
    source: orders
    steps:
      - name: kept
        sql: ${steps}
${extra}
`
const onDisk = 'store: { mode: disk }'
const endless = 'WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'

const places: TestPlace[] = []
function place(
  text: string,
  files: Record<string, string | Uint8Array> = { 'orders.ndjson': orders },
): TestPlace {
  const made = makePlace(text, files)
  places.push(made)
  return made
}
afterAll(() => {
  for (const made of places) made.remove()
})

describe('penstock check', () => {
  it('says what a right workspace holds', async () => {
    const at = place(yaml())
    const end = await runPenstock(at, ['check', at.workspace])
    expect(end).toEqual({
      code: 0,
      stdout: `${path.join(at.workspace, 'penstock.yaml')} is right: 1 source, 0 lookups, 1 table\n`,
      stderr: '',
    })
  })

  it('counts the rollups of a workspace that has some', async () => {
    const at = place(`${yaml()}rollups:\n  totals: { from: orders, measures: { rows: count(*) } }\n`)
    const { stdout } = await runPenstock(at, ['check', at.workspace])
    expect(stdout).toMatch(/is right: 1 source, 0 lookups, 1 table, 1 rollup\n$/u)
  })

  it('ends with 1 and names line, column and the right word of a misspelt key', async () => {
    const at = place(yaml().replace('tables:', 'tabels:'))
    const end = await runPenstock(at, ['check', at.workspace])
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toContain(`${path.join(at.workspace, 'penstock.yaml')}:8:1`)
    expect(end.stderr).toContain('tables')
  })

  it('ends with 1 and names line and column of wrong SQL', async () => {
    const at = place(yaml('', 'SELECT id, prise FROM input'))
    const end = await runPenstock(at, ['check', at.workspace])
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toMatch(/penstock\.yaml:13:25 .*prise/u)
  })

  it('ends with 1 where there is no workspace', async () => {
    const at = place(yaml())
    const end = await runPenstock(at, ['check', at.base])
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toContain(`there is no penstock.yaml in ${at.base}`)
  })
})

describe('penstock infer', () => {
  it.each([
    ['plain', orders],
    ['gzip', gzipSync(orders)],
    ['zstd', zstdCompressSync(orders)],
  ])('writes the columns of a capture: %s', async (_name, bytes) => {
    const at = place(yaml(), { capture: bytes })
    const end = await runPenstock(at, ['infer', path.join(at.workspace, 'capture')])
    expect(end).toMatchObject({ code: 0, stderr: '' })
    expect(end.stdout).toMatch(/^ *columns:\n(?: +\w+: .*\n)+$/u)
    expect(end.stdout).toMatch(/ id: .*integer/u)
    expect(end.stdout).toMatch(/ price: .*real/u)
  })

  it.each([
    ['an empty file', '', 'holds no record'],
    ['a truncated gzip', gzipSync('x'.repeat(10)).subarray(0, 12), ''],
  ])('ends with 1 for %s', async (_name, bytes, words) => {
    const at = place(yaml(), { capture: bytes })
    const end = await runPenstock(at, ['infer', path.join(at.workspace, 'capture')])
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toContain(words)
    expect(end.stderr).toContain('capture')
  })

  it('ends with 1 where there is no file', async () => {
    const at = place(yaml())
    const end = await runPenstock(at, ['infer', path.join(at.workspace, 'gone')])
    expect(end).toMatchObject({ code: 1, stdout: '' })
  })
})

describe('penstock run', () => {
  it('ends with 0 when every source has ended, with every record committed', async () => {
    const at = place(yaml(onDisk))
    const end = await runPenstock(at, ['run', at.workspace])
    expect(end).toMatchObject({ code: 0, stderr: '' })
    expect(end.stdout.trimEnd().split('\n').at(-1)).toMatch(
      /orders ended, 5,000 records .*orders 5,000 rows/u,
    )
    const query = ['query', 'SELECT count(*) AS n, min(id) AS low, max(id) AS high FROM orders', at.workspace]
    await expect(runPenstock(at, [...query, '--json'])).resolves.toEqual({
      code: 0,
      stdout: '{"n":5000,"low":0,"high":4999}\n',
      stderr: '',
    })
  })

  it('prints JSON lines', async () => {
    const at = place(yaml())
    const end = await runPenstock(at, ['run', '--json', at.workspace])
    const lines = end.stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(lines.at(-1)).toMatchObject({ sources: [{ name: 'orders', state: 'ended', records: 5000 }] })
  })

  it('ends with 130 on SIGINT and leaves nothing behind', async () => {
    const at = place(yaml().replace('rate: max', 'rate: 100, loop: true'))
    const command = startPenstock(at, ['run', at.workspace])
    await command.until(/running/u)
    await expect(command.stop('SIGINT')).resolves.toMatchObject({ code: 130 })
  })

  it('ends with 0 when nobody reads its lines any more', async () => {
    const at = place(yaml().replace('rate: max', 'rate: 100, loop: true'))
    const command = startPenstock(at, ['run', at.workspace])
    await command.until(/running/u)
    command.child.stdout?.destroy()
    await expect(command.ended).resolves.toMatchObject({ code: 0, stderr: '' })
  })

  it('refuses a file whose change since the last run loses something, until that is accepted', async () => {
    const text = (measure: string): string =>
      `${yaml(`    retain: { rows: 1000 }\n${onDisk}`)}rollups:\n  r: { from: orders, measures: { n: ${measure} } }\n`
    const at = place(text('count(*)'))
    const file = path.join(at.workspace, 'penstock.yaml')
    const rows = async (): Promise<string> => {
      const sql = 'SELECT n, evicted > 0 AS is_evicted FROM r, sys_tables'
      return (await runPenstock(at, ['query', '--json', sql, at.workspace])).stdout
    }
    expect(await runPenstock(at, ['run', at.workspace])).toMatchObject({ code: 0, stderr: '' })
    expect(await rows()).toBe('{"n":5000,"is_evicted":1}\n')
    writeFileSync(file, text('count(id)'))
    const words =
      `${file} was changed since it filled its store, and running it would lose:\n` +
      '  rollup r is made anew, from the rows that its table still holds\n'
    const refused = await runPenstock(at, ['run', at.workspace])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/ --accept-losses, undo the change, or open the workspace in the console/u)
    expect(refused.stderr).toContain(words)
    expect(await runPenstock(at, ['check', at.workspace])).toMatchObject({ code: 0, stderr: words })
    expect(await rows()).toBe('{"n":5000,"is_evicted":1}\n')
    const served = startPenstock(at, ['serve', at.workspace, '--port', '0', '--no-open'])
    await served.until(/The version that filled the store runs\. Apply the changed file in the console/u)
    expect(served.stderr()).toContain(words)
    await served.stop('SIGINT')
    expect(await rows()).toBe('{"n":5000,"is_evicted":1}\n')
    const accepted = await runPenstock(at, ['run', '--accept-losses', at.workspace])
    expect(accepted).toMatchObject({ code: 0, stderr: '' })
    expect(await rows()).toMatch(/^\{"n":[1-4]?\d{1,3},/u)
    expect(await runPenstock(at, ['run', at.workspace])).toMatchObject({ code: 0, stderr: '' })
  })

  it('ends with 1 and the position of wrong SQL', async () => {
    const at = place(yaml('', 'SELECT id, prise FROM input'))
    const end = await runPenstock(at, ['run', at.workspace])
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toMatch(/penstock\.yaml:13:25/u)
  })
})

describe('penstock query', () => {
  let at: TestPlace
  beforeAll(async () => {
    at = place(yaml(onDisk))
    await runPenstock(at, ['run', at.workspace])
  })
  const query = (sql: string, ...flags: string[]) => runPenstock(at, ['query', sql, at.workspace, ...flags])

  it('streams the whole result as CSV', async () => {
    const end = await query('SELECT id, big, name, price FROM orders ORDER BY id', '--csv')
    const lines = end.stdout.split('\r\n')
    expect(lines.slice(0, 4)).toEqual([
      'id,big,name,price',
      '0,9223372036854775807,,0.0',
      '1,9223372036854775807,"",0.25',
      '2,9223372036854775807,"order ""2"", new",0.5',
    ])
    expect(lines).toHaveLength(5002)
    expect(end).toMatchObject({ code: 0, stderr: '' })
  })

  it('streams JSON lines with exact integers', async () => {
    const end = await query('SELECT * FROM (SELECT id, big, name FROM orders ORDER BY id LIMIT 2)', '--json')
    expect(end.stdout).toBe(
      '{"id":0,"big":9223372036854775807,"name":null}\n{"id":1,"big":9223372036854775807,"name":""}\n',
    )
  })

  it('prints a table, at most as many rows as asked for', async () => {
    const end = await query('SELECT id FROM orders ORDER BY id', '--limit', '2')
    expect(end).toEqual({ code: 0, stdout: 'id\n────\n   0\n   1\n2 rows, and more\n', stderr: '' })
  })

  it.each([
    ['wrong SQL', 'SELECT prise FROM orders', 'prise'],
    ['SQL that writes', 'DELETE FROM orders', 'Queries only read'],
    ['two statements', 'SELECT 1; SELECT 2', ''],
    ['nothing', ' ', ''],
  ])('ends with 1 for %s', async (_name, sql, words) => {
    const end = await query(sql)
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toMatch(/^penstock: ./u)
    expect(end.stderr).toContain(words)
  })

  it('stops a statement at its time limit', async () => {
    const end = await query(endless, '--timeout', '1')
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toContain('1 s')
  })

  it('stops an endless statement on SIGINT and leaves nothing behind', async () => {
    const command = startPenstock(at, ['query', endless, at.workspace])
    const hasStarted = async (): Promise<boolean> =>
      (await listDescendants(command.child.pid ?? 0)).length > 0
    await vi.waitUntil(hasStarted, { timeout: 20_000 })
    await expect(command.stop('SIGINT')).resolves.toMatchObject({ code: 130, stdout: '' })
  })

  it('ends with 0 when its reader has read enough', async () => {
    const wide = `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 500000) SELECT i, '${'x'.repeat(100)}' FROM n`
    const command = startPenstock(at, ['query', wide, at.workspace, '--csv'])
    if (command.child.stdout === null) throw new Error('the output is piped')
    await once(command.child.stdout, 'data')
    command.child.stdout.destroy()
    await expect(command.ended).resolves.toMatchObject({ code: 0, stderr: '' })
  })

  it('says what to do where the workspace has no store', async () => {
    const fresh = place(yaml(onDisk))
    const end = await runPenstock(fresh, ['query', 'SELECT 1', fresh.workspace])
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toContain('Start the workspace')
  })
})

describe('penstock serve', () => {
  const looping = (): string => yaml().replace('rate: max', 'rate: 100, loop: true')
  const address = /Penstock is at (http:\/\/127\.0\.0\.1:(\d+)\/\?token=([\w-]{43}))\n/u

  it('prints its address, answers queries beside it, and ends with 130 on SIGINT with nothing left', async () => {
    const at = place(looping())
    const command = startPenstock(at, ['serve', at.workspace, '--port', '0', '--no-open'])
    const [, url = ''] = await command.until(address)
    expect(command.stdout()).toBe(`Penstock is at ${url}\n`)
    const answer = await fetch(url, { redirect: 'manual' })
    expect(answer.status).toBe(303)
    await vi.waitUntil(
      async () =>
        (await runPenstock(at, ['query', 'SELECT 1 AS one FROM orders LIMIT 1', at.workspace, '--json']))
          .stdout === '{"one":1}\n',
      { timeout: 20_000 },
    )
    await expect(command.stop('SIGINT')).resolves.toMatchObject({ code: 130 })
    await expect(fetch(url)).rejects.toThrow()
  })

  it('takes a signal that follows at once for the same one', async () => {
    const at = place(looping())
    const command = startPenstock(at, ['serve', at.workspace, '--port', '0', '--no-open'])
    await command.until(address)
    command.child.kill('SIGTERM')
    command.child.kill('SIGINT')
    expect([130, 143]).toContain((await command.ended).code)
  })

  it('refuses a second instance on the same workspace', async () => {
    const at = place(looping())
    const first = startPenstock(at, ['serve', at.workspace, '--port', '0', '--no-open'])
    await first.until(address)
    await vi.waitUntil(
      async () =>
        (await runPenstock(at, ['query', 'SELECT 1 AS one', at.workspace, '--json'])).stdout ===
        '{"one":1}\n',
      { timeout: 20_000 },
    )
    const second = await runPenstock(at, ['serve', at.workspace, '--port', '0', '--no-open'])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('Stop the other Penstock')
    await first.stop('SIGINT')
  })

  it('ends with 1 and positions where the workspace is wrong', async () => {
    const at = place(yaml().replace('rate: max', 'rate: often'))
    const end = await runPenstock(at, ['serve', at.workspace, '--no-open'])
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toContain('penstock.yaml:5:')
  })

  it('says that the port asked for is taken', async () => {
    const at = place(looping())
    const first = startPenstock(at, ['serve', at.workspace, '--port', '0', '--no-open'])
    const [, , port = ''] = await first.until(address)
    const second = await runPenstock(at, ['serve', at.workspace, '--port', port, '--no-open'])
    expect(second).toMatchObject({ code: 2, stdout: '' })
    expect(second.stderr).toContain(`Port ${port} on 127.0.0.1 cannot be used`)
    await first.stop('SIGINT')
  })

  /** An environment with a display and a `chromium` that is this script, and nothing else in PATH but `rest`. */
  const withBrowser = (at: TestPlace, script: string, rest = ''): Record<string, string> => {
    const programs = path.join(at.base, 'bin')
    mkdirSync(programs)
    writeFileSync(path.join(programs, 'chromium'), script, { mode: 0o755 })
    return { DISPLAY: ':77', PATH: `${programs}:${rest}`, BROWSER: '' }
  }
  const readWhenThere = (file: string): Promise<string> =>
    vi.waitUntil(() => readFile(file, 'utf8').catch(() => ''), { timeout: 20_000 })

  it('opens an app window with an address that works once, and closes it at its end', async () => {
    const at = place(looping())
    const script = '#!/bin/sh\necho "$@" > "$PENSTOCK_STATE/arguments"\nexec sleep 600\n'
    const env = withBrowser(at, script, process.env['PATH'])
    const command = startPenstock(at, ['serve', at.workspace, '--port', '0'], env)
    const [, url = '', , token = ''] = await command.until(address)
    const written = await readWhenThere(path.join(at.state, 'arguments'))
    const [, opened = ''] = /--app=(\S+)/u.exec(written) ?? []
    expect(new URL(opened).origin).toBe(new URL(url).origin)
    expect(opened).not.toContain(token)
    expect((await fetch(opened, { redirect: 'manual' })).status).toBe(303)
    expect((await fetch(opened, { redirect: 'manual' })).status).toBe(401)
    await expect(command.stop('SIGINT')).resolves.toMatchObject({ code: 130 })
  })

  it('ends only when the app window has ended, also one that does not want to', async () => {
    const at = place(looping())
    const script =
      '#!/bin/sh\ntrap "" TERM INT\necho $$ > "$PENSTOCK_STATE/browser-pid"\nwhile :; do sleep 1; done\n'
    const env = withBrowser(at, script, process.env['PATH'])
    const command = startPenstock(at, ['serve', at.workspace, '--port', '0'], env)
    const pid = Number(await readWhenThere(path.join(at.state, 'browser-pid')))
    command.child.kill('SIGINT')
    await expect(command.ended).resolves.toMatchObject({ code: 130 })
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it('says that no browser could be opened, and keeps the address out of its log', async () => {
    const at = place(looping())
    const command = startPenstock(
      at,
      ['serve', at.workspace, '--port', '0'],
      withBrowser(at, '#!/nowhere/at-all\n'),
    )
    await command.until(/No browser could be opened here; open the address above yourself\.\n/u)
    await expect(command.stop('SIGINT')).resolves.toMatchObject({ code: 130 })
    const log = await readFile(path.join(at.state, 'penstock.log'), 'utf8')
    expect(log).toContain('the browser could not be started')
    expect(log).not.toContain('token=')
  })
})
