/** Browser tests: the built app in an installed Chromium. Run through `npm test` or `npm run test:e2e`. */
import { defineConfig } from '@playwright/test'
import path from 'node:path'
import { findChromium } from './testing/find-chromium.js'

const root = path.resolve(import.meta.dirname, '..')
const executablePath = findChromium()
const isRoot = process.getuid?.() === 0
const summary =
  process.env['PENSTOCK_SUMMARY'] === undefined ? [] : [['./testing/playwright-summary.js'] as const]

export default defineConfig({
  testDir: path.join(root, 'test', 'e2e'),
  testMatch: '**/*.spec.ts',
  outputDir: path.join(root, 'test-results', 'e2e'),
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: path.join(root, 'test-results', 'e2e.json') }], ...summary],
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      ...(executablePath === null ? {} : { executablePath }),
      args: isRoot ? ['--no-sandbox'] : [],
    },
  },
})
