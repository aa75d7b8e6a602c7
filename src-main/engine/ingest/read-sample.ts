/** First records of a capture, for inferring columns. Runs in the ingest thread, and in `penstock infer`. */
import { EnvelopeReader, looksLikeEnvelope } from './envelope.ts'
import { readLines } from './line-reader.ts'

const largestSampleBytes = 1024 * 1024

/**
 * Values of the first records of a capture (the value itself, where lines are envelopes); lines over 1 MB and blank lines
 * are left out. A capture that is damaged later on still gives what comes before.
 * @param declared whether lines are envelopes; null decides as the replay of the capture does
 * @throws AppError SOURCE_UNREADABLE
 */
export async function readSample(
  file: string,
  records: number,
  declared: boolean | null = null,
): Promise<Uint8Array[]> {
  const envelope = new EnvelopeReader()
  const values: Uint8Array[] = []
  let isEnvelope = declared
  try {
    for await (const block of readLines(file)) {
      for (let index = 0; index < block.count; index++) {
        const start = block.starts[index] ?? 0
        const end = block.ends[index] ?? 0
        const line = block.bytes.subarray(start, end)
        if (line.length > largestSampleBytes || isBlank(line)) continue
        isEnvelope ??= looksLikeEnvelope(line)
        if (isEnvelope !== true) values.push(line.slice())
        else if (envelope.read(block.bytes, start, end)) {
          values.push(block.bytes.slice(envelope.valueStart, envelope.valueEnd))
        }
        if (values.length >= records) return values
      }
    }
  } catch (error) {
    if (values.length === 0) throw error
  }
  return values
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09)
}
