/** Where a partition can be read again behind offsets for which its leader gives nothing. Ingest thread. */
import { AppError } from '#contract/errors.ts'
import type { BrokerConnection } from '../../kafka/client/broker-connection.ts'
import { nextReadable, type Readable } from '../../kafka/client/next-readable.ts'
import { errorCode, errorName } from '../../kafka/requests/error-codes.ts'
import type { FetchInput } from '../../kafka/requests/fetch.ts'
import { fetchPartitions } from './fetch-partitions.ts'
import type { PartitionCursor } from './partition-cursor.ts'

const lookBytes = 64 * 1024

/** @throws AppError where the broker does not answer, or refuses the partition */
export function nextOfPartition(
  connection: BrokerConnection,
  cursor: PartitionCursor,
  { end, isolation }: { end: number; isolation: FetchInput['isolation'] },
  signal: AbortSignal,
): Promise<Readable> {
  return nextReadable({ from: cursor.next, end }, async (fetchFrom) => {
    const options = { maxWaitMs: 0, minBytes: 0, maxBytes: lookBytes, isolation }
    const [part] = await fetchPartitions(connection, [{ ...cursor, fetchFrom }], options, signal)
    if (part !== undefined && part.error === errorCode.none) return part.records
    const why = part === undefined ? 'nothing' : errorName(part.error)
    throw new AppError('KAFKA_FAILED', `the broker answers ${why}`, { details: { retriable: true } })
  })
}
