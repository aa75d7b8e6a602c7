/** The window of Electron on the demo. Its binary is on no package registry, so many machines cannot run this. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { _electron } from '@playwright/test'
import { launchArguments } from '../../src-main/hosts/electron/launch-options.ts'
import { projectRoot } from '../support/app.ts'
import { expect, skipWhereImpossible, test } from '../support/console-test.ts'

/** Electron's program, or null where it was not fetched. */
function electronBinary(): string | null {
  const folder = path.join(projectRoot, 'node_modules', 'electron')
  const record = path.join(folder, 'path.txt')
  if (!existsSync(record)) return null
  const file = path.join(folder, 'dist', readFileSync(record, 'utf8').trim())
  return existsSync(file) ? file : null
}

test('the window shows the demo, live, and refuses to go elsewhere', async () => {
  const binary = electronBinary()
  const hasDisplay =
    process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
  skipWhereImpossible(
    binary === null,
    "Electron's binary is not installed (npm start fetches it where it can)",
  )
  skipWhereImpossible(!hasDisplay, 'Electron needs a display')
  const state = mkdtempSync(path.join(tmpdir(), 'penstock-electron-'))
  const app = await _electron.launch({
    executablePath: binary ?? '',
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      projectRoot,
      ...launchArguments(path.join(projectRoot, 'resources', 'demo')),
    ],
    env: { ...process.env, PENSTOCK_STATE: state },
  })
  const page = await app.firstWindow()
  await expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'live')
  const rows = page.getByTestId('StatusBar_rows')
  const before = await rows.textContent()
  await expect(rows).not.toHaveText(before ?? '')
  expect(await page.evaluate(() => typeof (globalThis as { require?: unknown }).require)).toBe('undefined')
  const address = page.url()
  await page.evaluate(() => {
    location.href = 'https://example.com/'
  })
  expect(page.url()).toBe(address)
  await app.close()
  rmSync(state, { recursive: true, force: true })
})
