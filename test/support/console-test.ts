/**
 * The `test` of every browser test: one running demo per worker, and a page that fails its test where the browser had
 * something to complain about (console errors, uncaught faults, the content policy, requests to elsewhere).
 */
import { test as base } from '@playwright/test'
import type { Page } from '@playwright/test'
import { removeFolders, startApp } from './app.ts'
import type { RunningApp } from './app.ts'

/** The views by their name in the address. */
export const views = [
  'overview',
  'topics',
  'pipelines',
  'groups',
  'cluster',
  'store',
  'query',
  'dead-letters',
] as const

/** What a test of the console is given. */
export interface ConsoleFixtures {
  /** Goes to an address of the console, for example `/query`, with access, and waits until figures have come. */
  open(address: string): Promise<Page>
}

/** What one worker keeps for all its tests. */
export interface ConsoleWorkerFixtures {
  /** The demo, running. */
  app: RunningApp
}

/** Playwright's test with {@link ConsoleFixtures}; `page` watches for complaints. */
export const test = base.extend<ConsoleFixtures, ConsoleWorkerFixtures>({
  app: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const app = await startApp()
      await use(app)
      if (app.isRunning()) await app.stop()
      removeFolders(app.folders)
    },
    { scope: 'worker' },
  ],
  page: async ({ page, app }, use) => {
    const complaints = watchForComplaints(page, app.origin)
    await use(page)
    if (!app.isRunning()) throw new Error(`the app has ended:\n${app.output()}`)
    base.expect(complaints, 'complaints of the browser').toEqual([])
  },
  open: async ({ page, app }, use) => {
    await use(async (address) => {
      await enter(page, app)
      if (address !== '/overview') await page.goto(`${app.origin}${address}`)
      await base.expect(page.getByTestId('FeedIndicator')).toHaveAttribute('data-state', 'live')
      return page
    })
  },
})

export const expect = test.expect

/** Opens the printed address, so that the browser holds the cookie, and waits for the console. */
export async function enter(page: Page, app: RunningApp): Promise<void> {
  await page.goto(app.url)
  await base.expect(page.getByTestId('Shell')).toBeVisible()
}

/** Collects what the browser complains about from now on. */
export function watchForComplaints(page: Page, origin: string): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => {
    complaints.push(`uncaught: ${error.message}`)
  })
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('data:')) complaints.push(`request to elsewhere: ${url}`)
  })
  return complaints
}

/** Says that a test cannot run on this machine; any other skip fails in CI (see build/testing/summary.js). */
export function skipWhereImpossible(condition: boolean, reason: string): void {
  test.skip(condition, `cannot run here: ${reason}`)
}
