/** `penstock open` as `npm start` runs it: through the bootstrap, on the terminal's process group, until Ctrl C. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { storeLocation } from '../../src-main/engine/store/store-location.ts'
import { projectRoot } from '../support/app.ts'
import { expect, test } from '../support/console-test.ts'
import { listDescendants, survivors } from '../support/processes.ts'

test('says why there is no window, serves the console, and a Ctrl C leaves no process and no store behind', async ({
  browser,
}) => {
  const base = mkdtempSync(path.join(tmpdir(), 'penstock-open-'))
  const folder = path.join(base, 'workspace')
  cpSync(path.join(projectRoot, 'resources', 'demo'), folder, { recursive: true })
  const store = storeLocation({
    file: path.join(folder, 'penstock.yaml'),
    folder,
    store: { mode: 'memory', limitBytes: null, budgetBytes: null },
  })
  const child = spawn(process.execPath, [path.join(projectRoot, 'build', 'penstock.js'), 'open', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', PENSTOCK_STATE: path.join(base, 'state') },
  })
  const ended = once(child, 'close')
  let output = ''
  let words = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
  try {
    await expect.poll(() => output).toMatch(/^Penstock is at \S+\n$/u)
    expect(words).toMatch(/^No window of its own, as .+; the console is served to a browser\.\n/u)

    const page = await browser.newPage()
    await page.goto(output.slice('Penstock is at '.length).trim())
    await expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'live')
    expect(existsSync(store.file)).toBe(true)

    const started = await listDescendants(child.pid ?? 0)
    process.kill(-(child.pid ?? 0), 'SIGINT')
    expect(await ended).toEqual([130, null])
    expect(started.length).toBeGreaterThan(1)
    expect(await survivors(started)).toEqual([])
    expect(existsSync(store.file)).toBe(false)
    await page.close()
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGTERM')
    await ended
    rmSync(base, { recursive: true, force: true })
  }
})
