/** From starting the built program on the demo to the first row that can be queried, and to the first paint of the console. */
import { chromium } from '@playwright/test'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { storeLocation } from '../../src-main/engine/store/store-location.ts'
import { type Bench, figure } from './figures.ts'
import { obtainChromium } from '../../build/testing/find-chromium.js'

const root = path.resolve(import.meta.dirname, '../..')
const demo = path.join(root, 'resources/demo')
const runs = 5

export const benchStart: Bench = async (progress) => {
  const { file: browserFile, reason } = await obtainChromium()
  if (browserFile === null) throw new Error(reason)
  const rows: number[] = []
  const paints: number[] = []
  for (let run = 1; run <= runs; run++) {
    progress(`start, run ${String(run)} of ${String(runs)}`)
    const { rowMs, paintMs } = await measure(browserFile)
    rows.push(rowMs)
    paints.push(paintMs)
  }
  return [figure('start.first_row_ms', 'ms', rows), figure('start.first_paint_ms', 'ms', paints)]
}

async function measure(browserFile: string): Promise<{ rowMs: number; paintMs: number }> {
  const state = mkdtempSync(path.join(tmpdir(), 'penstock-start-'))
  const begun = performance.now()
  const child = spawn(
    process.execPath,
    [path.join(root, 'out/main/cli.js'), 'serve', '--demo', '--no-open', '--port', '0'],
    {
      env: { ...process.env, PENSTOCK_STATE: state },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    const addressed = addressOf(child.stdout)
    const rowMs = await firstRow(begun)
    const paintMs = await firstPaint(await addressed, browserFile)
    return { rowMs, paintMs }
  } finally {
    const exited = new Promise((resolve) => child.on('exit', resolve))
    child.kill('SIGTERM')
    await exited
    rmSync(state, { recursive: true, force: true })
  }
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const piece of output) {
    text += String(piece)
    const address = /Penstock is at (\S+)/.exec(text)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('the program ended without an address')
}

async function firstRow(begun: number): Promise<number> {
  const { file } = storeLocation({
    file: path.join(demo, 'penstock.yaml'),
    folder: demo,
    store: { mode: 'memory', limitBytes: null, budgetBytes: null },
  })
  for (;;) {
    try {
      const reader = new Database(file, { readonly: true, fileMustExist: true })
      const found = reader.prepare('SELECT count(*) AS n FROM (SELECT 1 FROM flights LIMIT 1)').pluck().get()
      reader.close()
      if (found === 1) return performance.now() - begun
    } catch {
      // Not there yet.
    }
    await sleep(5)
  }
}

async function firstPaint(address: string, executablePath: string): Promise<number> {
  const isRoot = process.getuid?.() === 0
  const browser = await chromium.launch({
    executablePath,
    args: isRoot ? ['--no-sandbox'] : [],
  })
  try {
    const page = await browser.newPage()
    await page.goto(address)
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
    return await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    )
  } finally {
    await browser.close()
  }
}
