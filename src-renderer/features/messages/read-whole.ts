/** Reads a key or value of any size in ranges, one after the other: its bytes, or the text that it is decoded to. */
import { limits } from '#contract/limits.ts'
import type { RecordAddress } from '#contract/messages.ts'
import { base64Bytes } from '../../grid/bytes.ts'
import type { PenstockClient } from '../../transport/client.ts'

interface WholePart {
  address: RecordAddress
  part: 'key' | 'value'
  /** Size of the whole part. */
  bytes: number
  /** What is here already, from its beginning. */
  first: Uint8Array
}

interface Options {
  signal: AbortSignal
  /** Bytes that are here. */
  onProgress?: (done: number) => void
}

/** All bytes of the part. Rejects as the contract does, and with the signal's reason. */
export async function readWhole(
  client: Pick<PenstockClient, 'messages'>,
  { address, part, bytes, first }: WholePart,
  { signal, onProgress }: Options,
): Promise<Uint8Array> {
  const whole = new Uint8Array(bytes)
  whole.set(first.subarray(0, bytes))
  let done = Math.min(first.length, bytes)
  while (done < bytes) {
    signal.throwIfAborted()
    const count = Math.min(limits.messagePartBytes, bytes - done)
    const answer = await client.messages.part({ ...address, part, start: done, count }, { signal })
    const piece = base64Bytes(answer.raw)
    if (piece.length === 0) break
    whole.set(piece.subarray(0, bytes - done), done)
    done = Math.min(bytes, done + piece.length)
    onProgress?.(done)
  }
  return whole.subarray(0, done)
}

/** The whole text that a part is decoded to, in UTF-8. Rejects as the contract does, and with the signal's reason. */
export async function readDecoded(
  client: Pick<PenstockClient, 'messages'>,
  { address, part }: Pick<WholePart, 'address' | 'part'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  let whole = new Uint8Array(0)
  let done = 0
  do {
    signal.throwIfAborted()
    const range = { start: done, count: limits.messagePartBytes }
    const answer = await client.messages.part({ ...address, part, decoded: true, ...range }, { signal })
    const piece = base64Bytes(answer.raw)
    if (done === 0) whole = new Uint8Array(answer.bytes)
    if (piece.length === 0) break
    whole.set(piece.subarray(0, whole.length - done), done)
    done = Math.min(whole.length, done + piece.length)
  } while (done < whole.length)
  return whole.subarray(0, done)
}
