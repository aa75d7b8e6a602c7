/** Clusters for a suite: the one that all share, or one of its own. */
import { afterAll, inject } from 'vitest'
import {
  brokersOf,
  type ClusterAddress,
  type ClusterOptions,
  startCluster,
  type TestCluster,
} from './cluster.ts'
import type { ListenerKind } from './listeners.ts'
import { ClusterTools } from './tools.ts'

export interface SharedCluster {
  address: ClusterAddress
  tools: ClusterTools
  brokers: (kind: ListenerKind) => string[]
  /** A name that no other test uses. */
  topicName: (word: string) => string
}

/** The broker that all suites share: topics with names of their own, and nothing that others would notice. */
export function sharedCluster(): SharedCluster {
  const address = inject('kafka')
  return {
    address,
    tools: new ClusterTools(address.toolsUrl, address.internal),
    brokers: (kind) => brokersOf(address, kind),
    topicName,
  }
}

const own: TestCluster[] = []

// Said when the file is loaded: within a test or a hook it would come too late to be heard.
afterAll(async () => {
  await Promise.all(own.splice(0).map((cluster) => cluster.close()))
})

/** A cluster that ends with the test file. */
export async function ownCluster(options: Omit<ClusterOptions, 'toolsUrl'>): Promise<TestCluster> {
  const cluster = await startCluster({ ...options, toolsUrl: inject('kafka').toolsUrl })
  own.push(cluster)
  return cluster
}

let made = 0

export function topicName(word: string): string {
  made++
  return `${word}-${process.pid}-${made}`
}
