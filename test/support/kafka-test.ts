/**
 * The `test` of browser tests that start the app themselves: with nothing open, or on a workspace that reads a real broker.
 * The broker is started once for each worker that asks for it.
 */
import { test as base } from '@playwright/test'
import { findKafka } from '../../build/testing/kafka-files.js'
import { startCluster } from '../kafka/support/cluster.ts'
import type { TestCluster } from '../kafka/support/cluster.ts'
import { startTools } from '../kafka/support/tools.ts'
import { removeFolders, startApp } from './app.ts'
import type { AppOptions, RunningApp } from './app.ts'
import { watchForComplaints } from './console-test.ts'

/** What a test is given. */
export interface StartFixtures {
  /** Starts the app and goes to the address that it printed. It ends with the test. */
  start(options: AppOptions): Promise<RunningApp>
}

/** What one worker keeps for all its tests. */
export interface KafkaFixtures {
  /** A broker that listens in plaintext, and for logins with PLAIN and SCRAM. */
  cluster: TestCluster
}

/** Playwright's test with {@link StartFixtures}; the page fails its test where the browser complains. */
export const test = base.extend<StartFixtures, KafkaFixtures>({
  cluster: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const tools = await startTools()
      const cluster = await startCluster({ toolsUrl: tools.url, listeners: ['plaintext', 'sasl'] })
      await use(cluster)
      await cluster.close()
      await tools.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  start: async ({ page }, use) => {
    const apps: RunningApp[] = []
    const complaints: string[][] = []
    await use(async (options) => {
      const app = await startApp(options)
      apps.push(app)
      complaints.push(watchForComplaints(page, app.origin))
      await page.goto(app.url)
      return app
    })
    const heard = complaints.flat()
    // A page that is still there would complain of the app's end.
    await page.goto('about:blank')
    for (const app of apps) {
      await app.stop()
      removeFolders(app.folders)
    }
    base.expect(heard, 'complaints of the browser').toEqual([])
  },
})

export const expect = test.expect

/** Skips what follows in a file or a group where there is no Kafka; the stage `kafka` gets it. */
export function skipWithoutKafka(): void {
  test.skip(findKafka() === null, 'cannot run here: Kafka is not there; `npm run test:kafka` gets it')
}
