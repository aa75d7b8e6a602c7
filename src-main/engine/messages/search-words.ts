/** What a search did not look at, in words for people. Cluster thread. */
import type { ScannedPartition } from './scanned-partition.ts'
import { unseenOffsets } from './scanned-partition.ts'

/** Why a search is over although there was more to look at; `null` while it runs or where there was not. */
export type EndReason = 'limit' | 'room' | 'stopped' | null

export interface Unseen {
  partitions: readonly ScannedPartition[]
  end: EndReason
  limit: number
  /** Found on the way, in words already. */
  notes: readonly string[]
  notJson: number
  sqlFailed: number
  sqlFailure: string
  withoutSchema: number
  schemaFailure: string
  /** Values that could not be masked. */
  withheld: number
}

/** Partitions named one by one; beyond, only how many more there are. */
const namedPartitions = 8

export function unseenWords(unseen: Unseen): string[] {
  const { partitions, end, notes } = unseen
  const words = [...notes]
  const failed = partitions.filter(({ state }) => state === 'failed')
  for (const [reason, those] of Map.groupBy(failed, (one) => one.reason)) {
    words.push(`${partitionsText(those)}: ${offsetsText(those)}: ${reason}`)
  }
  const left = partitions.filter((one) => one.state !== 'failed' && unseenOffsets(one) > 0)
  if (end !== null && left.length > 0) {
    words.push(`${partitionsText(left)}: ${offsetsText(left)}, because ${endWords(end, unseen.limit)}`)
  }
  if (unseen.notJson > 0) {
    const are = unseen.notJson === 1 ? 'is' : 'are'
    words.push(`the JSON filter could not look into ${count(unseen.notJson, 'value')} that ${are} not JSON`)
  }
  if (unseen.sqlFailed > 0) {
    words.push(`the SQL filter failed on ${count(unseen.sqlFailed, 'message')}: ${unseen.sqlFailure}`)
  }
  if (unseen.withoutSchema > 0) {
    words.push(`${count(unseen.withoutSchema, 'message')} could not be decoded: ${unseen.schemaFailure}`)
  }
  if (unseen.withheld > 0) {
    const what = count(unseen.withheld, 'value')
    words.push(
      `${what} left out, because the topic is masked and they cannot be read in the format of its source`,
    )
  }
  return words
}

/** Of what a live search leaves out because it begins at the end. */
export function beforeTailWords(offsets: number): string {
  return `${count(offsets, 'offset')} not looked at, because they are from before the tail began`
}

function endWords(end: Exclude<EndReason, null>, limit: number): string {
  switch (end) {
    case 'limit':
      return `the limit of ${count(limit, 'match', 'matches')} was reached`
    case 'room':
      return 'there is no room for more matches; close other searches or lower the limit'
    case 'stopped':
      return 'the search was stopped'
  }
}

function partitionsText(partitions: readonly ScannedPartition[]): string {
  const numbers = partitions.slice(0, namedPartitions).map(({ partition }) => String(partition))
  const more = partitions.length - numbers.length
  const rest = more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''
  return `${partitions.length === 1 ? 'partition' : 'partitions'} ${numbers.join(', ')}${rest}`
}

function offsetsText(partitions: readonly ScannedPartition[]): string {
  const total = partitions.reduce((sum, one) => sum + unseenOffsets(one), 0)
  return total === 0 ? 'not looked at' : `${count(total, 'offset')} not looked at`
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`
}
