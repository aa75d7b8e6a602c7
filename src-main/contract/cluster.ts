/** The cluster as a whole: brokers, controller, partitions in trouble, configuration. */
import { z } from 'zod'
import { configEntry } from './topics.ts'

export const brokerRow = z.object({
  id: z.number(),
  address: z.string(),
  rack: z.string().nullable(),
  isController: z.boolean(),
  /** Partitions that it leads, and replicas that it holds. */
  leads: z.number(),
  replicas: z.number(),
  /** Bytes of its logs; null where the cluster does not let us see them. */
  sizeBytes: z.number().nullable(),
})
export type BrokerRow = z.infer<typeof brokerRow>

export const troubledPartition = z.object({
  topic: z.string(),
  partition: z.number(),
  leader: z.number(),
  replicas: z.array(z.number()),
  inSync: z.array(z.number()),
})

export const clusterView = z.object({
  at: z.number().nullable(),
  clusterId: z.string().nullable(),
  controller: z.number().nullable(),
  brokers: z.array(brokerRow),
  topics: z.number(),
  partitions: z.number(),
  /** At most 500 of each; the counts are whole. */
  underReplicatedCount: z.number(),
  underReplicated: z.array(troubledPartition),
  offlineCount: z.number(),
  offline: z.array(troubledPartition),
  notSeen: z.array(z.string()),
})
export type ClusterView = z.infer<typeof clusterView>

export const brokerConfig = z.object({ broker: z.number(), config: z.array(configEntry) })
export type BrokerConfig = z.infer<typeof brokerConfig>
