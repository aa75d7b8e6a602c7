/** What a Kafka source commits beside its positions, by topic: which topic of that name it has read. Ingest thread. */
import { z } from 'zod'

const stored = z.object({ id: z.string().nullable() })

export interface TopicPlace {
  /** Id that changes when a topic is deleted and made again; null where the brokers are too old to tell. */
  id: string | null
}

export function readTopicPlace(text: string): TopicPlace {
  return stored.parse(JSON.parse(text))
}

export function writeTopicPlace(place: TopicPlace): string {
  return JSON.stringify(place)
}
