/** What a fetched set of record batches covers, from its headers alone: so the next fetch can go out before it is read. */

const headerBytes = 61

/**
 * @returns offset after the last whole batch, or `from` where there is none
 */
export function endOfBatches(set: Uint8Array, from: number): number {
  const view = new DataView(set.buffer, set.byteOffset, set.byteLength)
  let at = 0
  let end = from
  while (at + headerBytes <= set.length) {
    const next = at + 12 + view.getInt32(at + 8)
    if (next > set.length || next <= at) return end
    end = Math.max(end, Number(view.getBigInt64(at)) + view.getInt32(at + 23) + 1)
    at = next
  }
  return end
}
