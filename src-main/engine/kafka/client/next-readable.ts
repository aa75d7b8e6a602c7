/**
 * Where a log can be read again behind offsets for which its leader gives nothing, although its end is further on: a batch
 * whose length is damaged on the broker's disk, or all that compaction has taken away.
 */

/** A batch begins with its first offset. */
const offsetBytes = 8

/** Answers in a row without anything where there should be something, each after the time that a fetch waits. */
export const emptyTries = 10

export interface Readable {
  /** First offset that can be read, `from` itself where it was asked for wrongly; the end of the log where there is none. */
  offset: number
  /** Where its batch has to be asked for: the index of a broker may know only the last offset of it. */
  askFrom: number
}

/**
 * Looks further and further on, then halves what is left: a few dozen small fetches at most.
 * @param range `from`: there nothing was given when it was asked for with others; `end` of the log, exclusive
 * @param fetch record batches that are given from an offset on
 */
export async function nextReadable(
  { from, end }: { from: number; end: number },
  fetch: (offset: number) => Promise<Uint8Array>,
): Promise<Readable> {
  if (firstOffset(await fetch(from)) !== null) return { offset: from, askFrom: from }
  let nothingAt = from
  let found: Readable = { offset: end, askFrom: end }
  for (let step = 1; nothingAt < end - 1; step *= 2) {
    const askFrom = Math.min(from + step, end - 1)
    const offset = firstOffset(await fetch(askFrom))
    if (offset !== null) {
      found = { offset, askFrom }
      break
    }
    nothingAt = askFrom
  }
  while (found.askFrom - nothingAt > 1) {
    const askFrom = Math.floor((nothingAt + found.askFrom) / 2)
    const offset = firstOffset(await fetch(askFrom))
    if (offset === null) nothingAt = askFrom
    else found = { offset, askFrom }
  }
  return { ...found, offset: Math.min(end, Math.max(from, found.offset)) }
}

function firstOffset(records: Uint8Array): number | null {
  if (records.length < offsetBytes) return null
  return Number(new DataView(records.buffer, records.byteOffset, offsetBytes).getBigInt64(0))
}
