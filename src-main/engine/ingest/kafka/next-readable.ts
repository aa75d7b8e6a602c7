/**
 * Where a log can be read again behind offsets for which its leader gives nothing, although its end is further on: a batch
 * whose length is damaged on the broker's disk, or all that compaction has taken away. Ingest thread.
 */
import type { BrokerConnection } from '../../kafka/client/broker-connection.ts'
import { errorCode, errorName } from '../../kafka/requests/error-codes.ts'
import type { FetchInput } from '../../kafka/requests/fetch.ts'
import { AppError } from '#contract/errors.ts'
import { fetchPartitions } from './fetch-partitions.ts'
import type { PartitionCursor } from './partition-cursor.ts'

const lookBytes = 64 * 1024
/** A batch begins with its first offset. */
const offsetBytes = 8

export interface Readable {
  /** First offset that can be read, `next` itself where it was asked for wrongly; the end of the log where there is none. */
  offset: number
  /** Where its batch has to be asked for: the index of a broker may know only the last offset of it. */
  askFrom: number
}

/**
 * Looks further and further on, then halves what is left: a few dozen small fetches at most.
 * @param cursor at `next` its leader gives nothing
 * @param end of the log, exclusive
 * @throws AppError where the broker does not answer
 */
export async function nextReadable(
  connection: BrokerConnection,
  cursor: PartitionCursor,
  { end, isolation }: { end: number; isolation: FetchInput['isolation'] },
  signal: AbortSignal,
): Promise<Readable> {
  /** First offset of the batch that is given from there; null where nothing is. */
  const given = async (fetchFrom: number): Promise<number | null> => {
    const options = { maxWaitMs: 0, minBytes: 0, maxBytes: lookBytes, isolation }
    const [part] = await fetchPartitions(connection, [{ ...cursor, fetchFrom }], options, signal)
    if (part === undefined || part.error !== errorCode.none) {
      const why = part === undefined ? 'nothing' : errorName(part.error)
      throw new AppError('KAFKA_FAILED', `the broker answers ${why}`, { details: { retriable: true } })
    }
    const { records } = part
    if (records.length < offsetBytes) return null
    return Number(new DataView(records.buffer, records.byteOffset, offsetBytes).getBigInt64(0))
  }
  let nothingAt = cursor.next
  let found: Readable = { offset: end, askFrom: end }
  for (let step = 1; nothingAt < end - 1; step *= 2) {
    const look = Math.min(cursor.next + step, end - 1)
    const offset = await given(look)
    if (offset !== null) {
      found = { offset, askFrom: look }
      break
    }
    nothingAt = look
  }
  while (found.askFrom - nothingAt > 1) {
    const middle = Math.floor((nothingAt + found.askFrom) / 2)
    const offset = await given(middle)
    if (offset === null) nothingAt = middle
    else found = { offset, askFrom: middle }
  }
  return { ...found, offset: Math.min(end, Math.max(cursor.next, found.offset)) }
}
