/** A load of numbered records, an engine that lands them, and the recount at the end. */
import type { Engine } from '../../../src-main/engine/engine-api.ts'
import type { testBench } from '../../support/engines.ts'
import type { TestCluster } from './cluster.ts'
import { landing } from './landing-workspace.ts'
import { untilRecords } from './landing.ts'
import type { ListenerKind } from './listeners.ts'
import { type Recount, recount } from './recount.ts'
import { topicName } from './suite.ts'
import type { NewTopic } from './tools.ts'

export interface LoadSettings {
  listener: ListenerKind
  /** Records per second. */
  rate: number
  topic?: Omit<NewTopic, 'name'>
  transactionSize?: number
  pad?: number
}

export interface LoadCount extends Recount {
  sent: number
  /** Records that the brokers did not take. */
  failed: number
}

export interface UnderLoad {
  topic: string
  engine: Engine
  /** Ends the load, waits until all of it has landed, stops the engine and counts. */
  count: () => Promise<LoadCount>
}

/** Resolves when the first second of records has landed. */
export async function underLoad(
  bench: ReturnType<typeof testBench>,
  cluster: TestCluster,
  word: string,
  settings: LoadSettings,
): Promise<UnderLoad> {
  const { listener, rate, topic: shape = {}, ...rest } = settings
  const topic = topicName(word)
  const partitions = shape.partitions ?? Math.max(1, Object.keys(shape.assignments ?? {}).length)
  await cluster.tools.createTopics({ name: topic, ...shape })
  const load = await cluster.tools.startLoad({ topic, partitions, rate, ...rest })
  const engine = await bench.started(
    landing(bench.folder(), cluster.brokers(listener), [topic], { store: 'disk' }),
  )
  await untilRecords(engine, rate)
  return {
    topic,
    engine,
    count: async () => {
      const { sent, failed } = await load.stop()
      await untilRecords(engine, sent)
      await engine.stop()
      return { ...recount(engine.storeFile, sent), sent, failed }
    },
  }
}

/** Nothing lost, nothing doubled, and the store is whole. */
export function expectWhole(count: LoadCount): void {
  const { sent, ...found } = count
  const { landed, missing, doubled, failed, integrity } = found
  const isWhole = integrity.length === 1 && integrity[0] === 'ok'
  if (landed === sent && missing.length === 0 && doubled.length === 0 && failed === 0 && isWhole) return
  throw new Error(`not every record has landed exactly once: ${JSON.stringify(count)}`)
}
