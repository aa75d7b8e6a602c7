/** Which sources of a workspace read a topic. Pure. */
import type { Source } from '../../workspace/model.ts'

export function readsTopic({ input }: Source, connection: string, topic: string): boolean {
  if (input.kind !== 'kafka' || input.connection !== connection) return false
  if (input.pattern === null) return input.topics.includes(topic)
  return new RegExp(`^(?:${input.pattern})$`, 'u').test(topic)
}
