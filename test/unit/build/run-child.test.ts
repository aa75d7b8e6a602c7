/** Children of the bootstrap, as real processes: exit codes, output, time limits and signals that go on. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCaptured } from '../../../build/checkout/run-child.js'
import { listDescendants, survivors } from '../../support/processes.ts'

const node = process.execPath
const parentOfSleeper = path.join(import.meta.dirname, 'fixtures', 'parent-of-sleeper.js')

describe('a captured child', () => {
  test('gives its exit code and both of its streams', async () => {
    const script = "process.stdout.write('out'); process.stderr.write('err'); process.exitCode = 3"
    const end = await runCaptured(node, ['-e', script])
    expect(['outerr', 'errout']).toContain(end.output)
    expect({ code: end.code, timedOut: end.timedOut }).toEqual({ code: 3, timedOut: false })
  })

  test('that cannot be started gives 127 and the reason', async () => {
    const end = await runCaptured('/nowhere/at-all', [])
    expect(end.code).toBe(127)
    expect(end.output).toContain('ENOENT')
  })

  test('is killed with all it started when its time is up', async () => {
    const script =
      "require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'inherit' })"
    const end = await runCaptured(node, ['-e', script], { limitMs: 300 })
    expect(end.timedOut).toBe(true)
    expect(await survivors(await listDescendants(process.pid))).toEqual([])
  })

  test('of an npm script ends when the shell of npm is gone', async () => {
    const shell = spawn('sh', ['-c', `"${node}" "${parentOfSleeper}"; true`], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, npm_lifecycle_event: 'start' },
    })
    await once(shell.stdout, 'data')
    const started = await listDescendants(shell.pid ?? 0)
    shell.kill('SIGTERM')
    await once(shell, 'exit')
    expect(started.length).toBeGreaterThan(1)
    expect(await survivors(started)).toEqual([])
  })

  test('gets the signal that its parent gets, and the parent ends with it', async () => {
    const parent = spawn(node, [parentOfSleeper], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(parent.stdout, 'data')
    const started = await listDescendants(parent.pid ?? 0)
    parent.kill('SIGTERM')
    const [code] = await once(parent, 'exit')
    expect(code).toBe(143)
    expect(started.length).toBeGreaterThan(0)
    expect(await survivors(started)).toEqual([])
  })
})
