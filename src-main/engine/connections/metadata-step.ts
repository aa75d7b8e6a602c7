/**
 * Metadata: the cluster names its brokers, and each one is reached at the address that it gives for itself. An advertised
 * address that only the broker's own network knows is the classic fault.
 */
import { BrokerConnection } from '../kafka/client/broker-connection.ts'
import {
  type BrokerAddress,
  addressText,
  type ConnectionSettings,
} from '../kafka/client/connection-settings.ts'
import { type BrokerMetadata, type ClusterMetadata, metadataRequest } from '../kafka/requests/metadata.ts'
import { advertisedAdvice, metadataAdvice, seenFault } from './advice.ts'
import type { TestSteps } from './test-steps.ts'

/** The cluster as it was found. The caller closes the connections. */
export interface FoundCluster {
  metadata: ClusterMetadata
  /** Connections by broker. */
  brokers: ReadonlyMap<number, BrokerConnection>
}

/** Brokers that are tried at once, and in all. */
const atOnce = 8
const mostTried = 100
/** Faults that are told one by one. */
const mostTold = 5

/** @returns null where the step failed */
export async function testMetadata(
  connection: BrokerConnection,
  settings: ConnectionSettings,
  steps: TestSteps,
  signal: AbortSignal,
): Promise<FoundCluster | null> {
  steps.begin('metadata')
  const metadata = await connection
    .send(metadataRequest, { topics: null }, { signal })
    .catch((error: unknown) => {
      signal.throwIfAborted()
      const fault = seenFault(error)
      steps.fail('metadata', { error: fault.words, advice: metadataAdvice(fault, settings) })
      return null
    })
  if (metadata === null) return null
  const { reached, faults } = await reachAll(metadata.brokers.slice(0, mostTried), settings, signal)
  const found = foundWords(metadata)
  const [first] = faults
  if (first === undefined) {
    steps.pass('metadata', found)
    return { metadata, brokers: reached }
  }
  for (const broker of reached.values()) broker.close()
  const told = faults.slice(0, mostTold).map(({ words }) => words)
  const more = faults.length > mostTold ? [`and ${String(faults.length - mostTold)} more`] : []
  steps.fail('metadata', {
    detail: found,
    error: [...told, ...more].join('\n'),
    advice: advertisedAdvice(first.advertised, first.isOverridden),
  })
  return null
}

function foundWords({ brokers, topics, clusterId }: ClusterMetadata): string {
  const parts = [count(brokers.length, 'broker'), count(topics.length, 'topic')]
  return clusterId === null ? parts.join(', ') : `${parts.join(', ')}, cluster ${clusterId}`
}

function count(number: number, word: string): string {
  return `${String(number)} ${word}${number === 1 ? '' : 's'}`
}

interface AdvertisedFault {
  words: string
  advertised: string
  isOverridden: boolean
}

async function reachAll(
  brokers: readonly BrokerMetadata[],
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<{ reached: Map<number, BrokerConnection>; faults: AdvertisedFault[] }> {
  const reached = new Map<number, BrokerConnection>()
  const faults: AdvertisedFault[] = []
  const waiting = [...brokers]
  const work = async (): Promise<void> => {
    for (let broker = waiting.shift(); broker !== undefined; broker = waiting.shift()) {
      const advertised = addressText(broker)
      const override: BrokerAddress | undefined = settings.addresses.get(advertised)
      const address = override ?? { host: broker.host, port: broker.port }
      try {
        reached.set(broker.nodeId, await BrokerConnection.open(address, settings, { signal }))
      } catch (error) {
        signal.throwIfAborted()
        const way = override === undefined ? advertised : `${advertised} (here ${addressText(override)})`
        const words = `broker ${String(broker.nodeId)} gives the address ${way}: ${seenFault(error).words}`
        faults.push({ words, advertised, isOverridden: override !== undefined })
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, work))
  } catch (error) {
    for (const broker of reached.values()) broker.close()
    throw error
  }
  return { reached, faults }
}
