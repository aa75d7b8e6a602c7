/** Memory of an engine while records flow through it: it must not grow with what has passed. */
import type { testBench } from '../../support/engines.ts'
import { startEngineProcess } from './engine-process.ts'
import { landing } from './landing-workspace.ts'
import type { SharedCluster } from './suite.ts'

const megabyte = 1024 * 1024
const partitions = 4

export interface MemoryOptions {
  /** Records between two measurements. */
  records: number
  measurements: number
  /** Records per second; as fast as it goes by default. */
  rate?: number
}

/** @returns megabytes in use each time that so many more records had landed */
export async function measureMemory(
  bench: ReturnType<typeof testBench>,
  cluster: SharedCluster,
  { records, measurements, rate }: MemoryOptions,
): Promise<number[]> {
  const topic = cluster.topicName('memory')
  const config = { 'retention.bytes': String(64 * megabyte), 'segment.bytes': String(16 * megabyte) }
  await cluster.tools.createTopics({ name: topic, partitions, config })
  const load = await cluster.tools.startLoad({
    topic,
    partitions,
    pad: 100,
    count: records * measurements,
    config: { 'compression.type': 'zstd', 'linger.ms': '20' },
    ...(rate === undefined ? {} : { rate }),
  })
  const brokers = cluster.brokers('plaintext')
  const workspace = landing(bench.folder(), brokers, [topic], { store: 'disk', retainRows: 50_000 })
  const engine = startEngineProcess(workspace)
  const measured: number[] = []
  try {
    for (let index = 1; index <= measurements; index++) {
      await engine.until(records * index)
      measured.push(Math.round((await engine.residentBytes()) / megabyte))
    }
  } finally {
    await engine.kill()
    await load.stop()
  }
  return measured
}
