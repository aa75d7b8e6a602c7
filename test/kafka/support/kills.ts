/** An engine that is killed again and again at random instants under load, and the recount at the end. */
import { randomInt } from 'node:crypto'
import type { testBench } from '../../support/engines.ts'
import { startEngineProcess } from './engine-process.ts'
import { landing } from './landing-workspace.ts'
import { untilRecords } from './landing.ts'
import { recount } from './recount.ts'
import type { SharedCluster } from './suite.ts'
import type { LoadCount } from './under-load.ts'

const partitions = 4
const rate = 4000

/**
 * Records flow into four partitions all the while.
 * @param kills how often
 * @param transactionSize records in one transaction; 0 for none
 */
export async function killAtRandom(
  bench: ReturnType<typeof testBench>,
  cluster: SharedCluster,
  kills: number,
  transactionSize = 0,
): Promise<LoadCount> {
  const topic = cluster.topicName('kills')
  await cluster.tools.createTopics({ name: topic, partitions })
  const load = await cluster.tools.startLoad({
    topic,
    partitions,
    rate,
    transactionSize,
    config: { 'compression.type': 'lz4' },
  })
  const workspace = landing(bench.folder(), cluster.brokers('plaintext'), [topic], { store: 'disk' })
  let committed = 0
  for (let kill = 0; kill < kills; kill++) {
    const engine = startEngineProcess(workspace)
    // Each third one dies while it starts, or is about to read for the first time.
    committed += kill % 3 === 2 ? 0 : 1 + randomInt(rate)
    await engine.until(committed)
    await engine.kill()
  }
  const { sent, failed } = await load.stop()
  const engine = await bench.started(workspace)
  await untilRecords(engine, sent)
  await engine.stop()
  return { ...recount(engine.storeFile, sent), sent, failed }
}
