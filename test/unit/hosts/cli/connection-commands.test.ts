/** `penstock connect` and `penstock secret` as processes. */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { sourceFlags } from '../../../../build/checkout/node-binary.js'
import { stepText } from '../../../../src-main/hosts/cli/commands/connect.ts'
import { makePlace, runPenstock } from './run-penstock.ts'
import type { CommandEnd, TestPlace } from './run-penstock.ts'

vi.setConfig({ testTimeout: 60_000 })

const mainFile = path.resolve(import.meta.dirname, '../../../../src-main/hosts/cli/main.ts')
const secret = 'hUnter2-never-shown'

const places: TestPlace[] = []
function place(yaml = 'penstock: 1\n'): TestPlace {
  const made = makePlace(yaml)
  places.push(made)
  return made
}
afterAll(() => {
  for (const made of places) made.remove()
})

/** Runs a command that reads from a pipe. */
function runWithInput(at: TestPlace, parameters: readonly string[], input: string): Promise<CommandEnd> {
  const child = spawn(process.execPath, [...sourceFlags, mainFile, ...parameters], {
    env: { ...process.env, PENSTOCK_STATE: at.state, PENSTOCK_SECRET_KEY: '' },
  })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()))
  child.stdin.end(input)
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code: code ?? -1, ...text })
    })
  })
}

describe('penstock secret', () => {
  it('sets from a pipe, lists names and removes', async () => {
    const at = place()
    expect(await runWithInput(at, ['secret', 'set', 'kafka'], `${secret}\n`)).toMatchObject({
      code: 0,
      stdout: '',
    })
    expect(await runPenstock(at, ['secret', 'list'])).toEqual({ code: 0, stdout: 'kafka\n', stderr: '' })
    expect(await runPenstock(at, ['secret', 'remove', 'kafka'])).toEqual({ code: 0, stdout: '', stderr: '' })
    const gone = await runPenstock(at, ['secret', 'remove', 'kafka'])
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('no secret is kept') as string })
    for (const name of readdirSync(at.state)) {
      expect(readFileSync(path.join(at.state, name), 'utf8')).not.toContain(secret)
    }
  })

  it('takes no secret from its arguments', async () => {
    const at = place()
    const end = await runWithInput(at, ['secret', 'set', 'kafka', secret], '')
    expect(end).toMatchObject({ code: 2 })
    expect(existsSync(at.state)).toBe(false)
  })

  it.each([
    [['set', 'kafka'], ''],
    [['set', ' kafka'], secret],
  ])('refuses %j with the input %j', async (parameters, input) => {
    const at = place()
    expect(await runWithInput(at, ['secret', ...parameters], input)).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('penstock connect', () => {
  const yaml = `
penstock: 1
connections:
  down: { brokers: ["127.0.0.1:1"] }
  secret: { brokers: ["127.0.0.1:1"], sasl: { mechanism: plain, username: u, password: { secret: none } } }
`

  it('ends with 1, names the step and says what to try', async () => {
    const at = place(yaml)
    const end = await runPenstock(at, ['connect', 'down', at.workspace])
    expect(end).toMatchObject({ code: 1, stderr: '' })
    expect(end.stdout).toMatch(/^ok +resolve .*\nFAILED +connect .*\n +.*ECONNREFUSED.*\n +Nothing listens/mu)
    expect(end.stdout).toMatch(/^- +metadata +an earlier step failed$/mu)
  })

  it('says which secret is missing and how to keep it', async () => {
    const at = place(yaml)
    const end = await runPenstock(at, ['connect', 'secret', at.workspace])
    expect(end.code).toBe(1)
    expect(end.stdout).toMatch(/FAILED +secrets.*\n.*under the name none\n.*penstock secret set/u)
  })

  it('ends with 1 where there is no such connection, and names those that are there', async () => {
    const at = place(yaml)
    const end = await runPenstock(at, ['connect', 'other', at.workspace])
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toContain('it has down, secret')
  })

  it('ends with 1 and the problems of a workspace that is wrong', async () => {
    const at = place('penstock: 1\ntabels: {}\n')
    const end = await runPenstock(at, ['connect', 'down', at.workspace])
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toContain('penstock.yaml:2:1')
  })
})

it('prints a step in a line, and what failed below it', () => {
  const step = { name: 'connect', state: 'passed', detail: 'a:1', error: '', advice: '', ms: 2.6 } as const
  expect(stepText(step)).toBe('ok       connect        a:1 (3 ms)\n')
  expect(stepText({ ...step, state: 'failed', error: 'one\ntwo', advice: 'try' })).toBe(
    `FAILED   connect        a:1 (3 ms)\n${['one', 'two', 'try'].map((text) => `${' '.repeat(24)}${text}\n`).join('')}`,
  )
})
