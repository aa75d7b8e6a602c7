/** Where sources begin after a damaged store was set aside: what that store held is wanted again. Pure. */
import type { KafkaStart, Source } from '../../workspace/model.ts'

/**
 * Captures and topics from a fixed place are read from there anyway. What began at the end of its topics, or a while before,
 * began so when the damaged store did.
 * @param since when the damaged store was begun, milliseconds since 1970; null where none was
 */
export function rebuiltSources(sources: readonly Source[], since: number | null): readonly Source[] {
  if (since === null) return sources
  return sources.map((source): Source => {
    const { input } = source
    if (input.kind !== 'kafka') return source
    return { ...source, input: { ...input, from: rebuiltStart(input.from, since) } }
  })
}

function rebuiltStart(from: KafkaStart, since: number): KafkaStart {
  if (from.kind === 'latest') return { kind: 'timestamp', ms: since }
  if (from.kind === 'ago') return { kind: 'timestamp', ms: Math.floor(since - from.ms) }
  return from
}
