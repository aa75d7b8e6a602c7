/** `penstock snapshot` and the opening of what it writes, as processes. */
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { readStore } from '../../../support/engines.ts'
import { makePlace, runPenstock, startPenstock } from './run-penstock.ts'
import type { TestPlace } from './run-penstock.ts'

vi.setConfig({ testTimeout: 60_000 })

const lines = Array.from({ length: 2000 }, (_, id) => JSON.stringify({ id })).join('\n')
const yaml = (mode: string, rate = 'max'): string => `penstock: 1
sources: { s: { replay: { file: s.ndjson, rate: ${rate}, loop: ${String(rate !== 'max')} }, columns: { id: integer } } }
tables: { t: { source: s } }
store: { mode: ${mode} }
`
const places: TestPlace[] = []
function place(text: string): TestPlace {
  const made = makePlace(text, { 's.ndjson': lines })
  places.push(made)
  return made
}
afterAll(() => {
  for (const made of places) made.remove()
})

describe('penstock snapshot', () => {
  it('copies the store of a workspace that has run', async () => {
    const at = place(yaml('disk'))
    await runPenstock(at, ['run', at.workspace])
    const file = path.join(at.base, 'kept', 'one.db')
    const end = await runPenstock(at, ['snapshot', file, at.workspace])
    expect(end).toMatchObject({ code: 0, stdout: `${file}\n` })
    expect(end.stderr).toMatch(/(^|\n)\d+(\.\d)? [kM]B in \d+\.\d s\. Open it with `penstock open`\.\n$/)
    expect(readStore(file, 'SELECT count(*) AS n FROM t')).toEqual([{ n: 2000 }])
    expect(readStore(file, 'SELECT text FROM sys_workspace')).toEqual([{ text: yaml('disk') }])
    const asked = await runPenstock(at, ['query', 'SELECT count(*) AS n FROM t', file, '--json'])
    expect(asked).toMatchObject({ code: 0, stdout: '{"n":2000}\n' })
    const checked = await runPenstock(at, ['check', '--store', file])
    expect(checked.stdout).toMatch(/one\.db is whole: /)
  })

  it('copies a workspace that runs, in memory too, and does not disturb it', async () => {
    const at = place(yaml('memory', '500'))
    const running = startPenstock(at, ['run', at.workspace, '--json'])
    await running.until(/"landed":[1-9]/)
    const file = path.join(at.base, 'two.db')
    expect(await runPenstock(at, ['snapshot', file, at.workspace])).toMatchObject({ code: 0 })
    expect(Number(readStore(file, 'SELECT count(*) AS n FROM t')[0]?.['n'])).toBeGreaterThan(0)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(at.base).sort()).toEqual(['state', 'two.db', 'workspace'])
    expect(await running.stop('SIGINT')).toMatchObject({ code: 130 })
  })

  it('says what to do where there is no store, and where a file is in the way', async () => {
    const at = place(yaml('disk'))
    const file = path.join(at.base, 'letter.txt')
    const none = await runPenstock(at, ['snapshot', path.join(at.base, 'x.db'), at.workspace])
    expect(none).toMatchObject({ code: 1, stdout: '' })
    expect(none.stderr).toMatch(/penstock: there is no store at .*\nStart the workspace/)
    writeFileSync(file, 'dear reader')
    const end = await runPenstock(at, ['snapshot', file, at.workspace])
    expect(end.code).toBe(2)
    expect(end.stderr).toContain(
      'is there already and is no snapshot, so it is not replaced; give another name',
    )
  })
})

describe('a snapshot in place of a workspace', () => {
  it('is served', async () => {
    const at = place(yaml('disk'))
    await runPenstock(at, ['run', at.workspace])
    const file = path.join(at.base, 'one.db')
    await runPenstock(at, ['snapshot', file, at.workspace])
    const serving = startPenstock(at, ['serve', file, '--no-open'])
    await serving.until(/Penstock is at http/)
    expect(await serving.stop('SIGINT')).toMatchObject({ code: 130 })
  })

  it.each(['open', 'serve'])('is refused by %s where it is none, with the next step', async (command) => {
    const at = place(yaml('disk'))
    const file = path.join(at.base, 'gone.db')
    const end = await runPenstock(at, [command, file])
    expect(end.code).toBe(1)
    expect(end.stderr).toContain(
      `penstock: ${file} does not exist\nGive a file that \`penstock snapshot\` or the console has written.`,
    )
  })
})

describe('a damaged store', () => {
  it('is found by check --store, said plainly by run, and filled again', async () => {
    const at = place(yaml('disk'))
    await runPenstock(at, ['run', at.workspace])
    const whole = await runPenstock(at, ['check', '--store', at.workspace])
    expect(whole).toMatchObject({ code: 0, stderr: '' })
    expect(whole.stdout).toMatch(/store\.db is whole: \d+(\.\d)? [kM]B read in \d+\.\d s\n$/)
    const store = path.join(at.workspace, '.penstock', 'store.db')
    writeFileSync(store, 'dear reader, '.repeat(2000))
    const damaged = await runPenstock(at, ['check', '--store', at.workspace])
    expect(damaged).toMatchObject({ code: 1, stdout: '' })
    expect(damaged.stderr).toMatch(
      /store\.db is damaged:\n {2}the store .* is damaged: file is not a database\n/,
    )
    const end = await runPenstock(at, ['run', at.workspace])
    expect(end.code).toBe(0)
    expect(end.stderr).toMatch(
      /^penstock: the store .* is damaged \(file is not a database\)\. It was set aside as .*store-damaged-/,
    )
    expect(readStore(store, 'SELECT count(*) AS n FROM t')).toEqual([{ n: 2000 }])
    expect((await runPenstock(at, ['run', at.workspace])).stderr).not.toContain('set aside')
  })
})
