/** Before the suites: the process of Kafka's tools, and one broker with every listener that the suites share. */
import type { TestProject } from 'vitest/node'
import { type ClusterAddress, startCluster } from './cluster.ts'
import { listenerKinds } from './listeners.ts'
import { startTools } from './tools.ts'

declare module 'vitest' {
  interface ProvidedContext {
    kafka: ClusterAddress
  }
}

/** @returns what ends both */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const tools = await startTools()
  const listeners = listenerKinds.filter((kind) => kind !== 'proxied')
  const cluster = await startCluster({ toolsUrl: tools.url, listeners }).catch(async (error: unknown) => {
    await tools.stop()
    throw error
  })
  project.provide('kafka', cluster.address)
  return async () => {
    await cluster.close()
    await tools.stop()
  }
}
