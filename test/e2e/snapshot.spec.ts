/** A snapshot from the button to `penstock open FILE`: every view shows what it holds, its age, and nothing that runs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { projectRoot, removeFolders, type RunningApp, startApp } from '../support/app.ts'
import { enter, expect, test as base, watchForComplaints } from '../support/console-test.ts'

/** An app of its own, which ends while its snapshot is looked at. */
const test = base.extend<{ own: RunningApp }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from this pattern
  own: async ({}, use) => {
    const app = await startApp()
    await use(app)
    if (app.isRunning()) await app.stop()
    removeFolders(app.folders)
  },
})

/** Takes one by keyboard alone. */
async function takeSnapshot(page: Page, name: string): Promise<void> {
  await page.getByTestId('StoreView_snapshot').press('Enter')
  await expect(page.getByTestId('SnapshotBar_file')).toBeFocused()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('SnapshotBar_words')).toHaveText(/^Snapshot written to .+: [\d.]+ [kM]B in /u)
}

/** Opens a file as a person does, and shuts it again with Ctrl C. */
async function withOpened(
  file: string,
  app: RunningApp,
  look: (url: string) => Promise<void>,
): Promise<void> {
  const child = spawn(process.execPath, [path.join(projectRoot, 'build', 'penstock.js'), 'open', file], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', PENSTOCK_STATE: app.folders.state },
  })
  const ended = once(child, 'close')
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  try {
    await expect.poll(() => output).toMatch(/^Penstock is at \S+\n$/u)
    await look(output.slice('Penstock is at '.length).trim())
    process.kill(-(child.pid ?? 0), 'SIGINT')
    expect(await ended).toEqual([130, null])
  } finally {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGTERM')
    await ended
  }
}

test('a snapshot opens offline from a read-only folder, with all views and its age', async ({
  browser,
  own,
}) => {
  const page = await browser.newPage()
  await enter(page, own)
  await page.goto(`${own.origin}/store`)
  await takeSnapshot(page, 'taken/one.db')
  await own.stop()
  const folder = path.join(own.folders.workspace, 'elsewhere')
  mkdirSync(folder)
  const file = path.join(folder, 'one.db')
  renameSync(path.join(own.folders.workspace, 'taken/one.db'), file)
  chmodSync(folder, 0o555)
  await withOpened(file, own, async (url) => {
    const { origin } = new URL(url)
    const complaints = watchForComplaints(page, origin)
    await page.goto(url)
    await expect(page.getByTestId('SnapshotNotice')).toContainText(/This is a snapshot, taken .+ ago/u)
    await expect(page.getByTestId('StageNode').filter({ hasText: 'late_flights' })).toContainText(/rows/u)
    await expect(page.getByTestId('StatusBar_snapshot')).toContainText(/snapshot of .+ ago/u)
    await lookAround(page, origin)
    expect(complaints).toEqual([])
  })
  chmodSync(folder, 0o755)
  await page.close()
})

async function lookAround(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/store`)
  await expect(page.getByTestId('RelationsCard_row')).toHaveCount(5)
  await expect(page.getByTestId('StoreView_snapshot')).toHaveCount(0)
  await page.getByTestId('RelationsCard_measure').click()
  await expect(page.getByTestId('RelationsCard_row').first()).toContainText(/[kM]B/u)
  await page.goto(`${origin}/pipelines/flights`)
  await expect(page.getByTestId('StepsCard')).toContainText('enriched')
  await page.goto(`${origin}/dead-letters`)
  await expect(page.getByTestId('DeadLettersView')).toContainText('since the start')
  for (const view of ['topics', 'groups', 'cluster', 'connections']) {
    await page.goto(`${origin}/${view}`)
    await expect(page.getByText('No connection to Kafka in this snapshot')).toBeVisible()
  }
  await page.goto(`${origin}/query?sql=${encodeURIComponent('SELECT taken_at, penstock FROM sys_snapshot')}`)
  await page.getByTestId('RunBar_run').click()
  await expect(page.getByText('1 row', { exact: false }).first()).toBeVisible()
}
