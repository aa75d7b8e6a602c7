/**
 * The `test` of browser tests that need a cluster: one real broker per worker with a few topics and a group that lags, and
 * the app connected to it. Skipped where Kafka is not there.
 */
import { findKafka } from '../../build/testing/kafka-files.js'
import { startCluster, type TestCluster } from '../kafka/support/cluster.ts'
import { startTools } from '../kafka/support/tools.ts'
import { removeFolders, startApp } from './app.ts'
import { skipWhereImpossible, test as base } from './console-test.ts'

/** Name of the connection in addresses. */
const connection = 'local'
/** Records in each of the partitions of `orders`. */
const recordsEach = 100
const partitions = 3
/** What the group `billing` has committed in each. */
const committed = 40

const states = ['paid', 'new', 'returned']

export interface KafkaWorkerFixtures {
  cluster: TestCluster
}

export const test = base.extend<object, KafkaWorkerFixtures>({
  cluster: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from this pattern
    async ({}, use) => {
      const tools = await startTools()
      try {
        const cluster = await startCluster({ toolsUrl: tools.url })
        try {
          await fill(cluster)
          await use(cluster)
        } finally {
          await cluster.close()
        }
      } finally {
        await tools.stop()
      }
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  app: [
    async ({ cluster }, use) => {
      const app = await startApp({ yaml: workspaceOf(cluster) })
      await use(app)
      if (app.isRunning()) await app.stop()
      removeFolders(app.folders)
    },
    { scope: 'worker', timeout: 60_000 },
  ],
})

export const expect = test.expect

/** To be said once in each file. */
export function skipWithoutKafka(): void {
  skipWhereImpossible(findKafka() === null, 'Kafka is not there; `npm run test:kafka` gets it')
}

async function fill({ tools }: TestCluster): Promise<void> {
  await tools.createTopics(
    { name: 'orders', partitions },
    { name: 'audit', config: { 'retention.ms': '-1' } },
    ...Array.from({ length: 40 }, (_, index) => ({ name: `team-${String(index).padStart(2, '0')}.events` })),
  )
  const records = Array.from({ length: partitions * recordsEach }, (_, id) => ({
    partition: id % partitions,
    key: `customer-${String(id % 7)}`,
    value: JSON.stringify({ id, status: states[Math.floor(id / partitions) % states.length] }),
    headers: [['trace', `t-${String(id)}`]] satisfies [string, string][],
  }))
  await tools.produce('orders', records)
  await tools.commit(
    'billing',
    'orders',
    Array.from({ length: partitions }, () => committed),
  )
}

function workspaceOf(cluster: TestCluster): string {
  const [broker = ''] = cluster.brokers('plaintext')
  return `penstock: 1
connections:
  ${connection}: { brokers: ["${broker}"] }
sources:
  orders:
    kafka: { connection: ${connection}, topic: orders, from: earliest }
    columns: { id: integer, status: text }
tables:
  landed_orders:
    source: orders
    steps:
      - name: landed
        sql: SELECT * FROM input
`
}
