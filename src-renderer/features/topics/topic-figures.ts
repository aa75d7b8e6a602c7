/** The strip of figures over one topic. Pure. */
import type { TopicDetail } from '#contract/topics.ts'
import {
  formatAgo,
  formatByteRate,
  formatBytes,
  formatCompact,
  formatNumber,
  formatRate,
  unknownFigure,
} from '../../ui/format.ts'
import type { StripFigure } from '../../ui/strip-figure.ts'
import { retentionWords } from '../../ui/retention-words.ts'

/** @param now time of the page, for the age of the last record */
export function topicFigures({ topic, partitions }: TopicDetail, now: number): StripFigure[] {
  const { lastRecordAt, cleanupPolicy } = topic
  const isUpperBound = cleanupPolicy?.includes('compact') === true
  return [
    {
      name: 'Records in',
      value: formatRate(topic.recordsPerSecond),
      title: 'From the growth of the offsets',
    },
    {
      name: 'Bytes in',
      value: formatByteRate(topic.bytesPerSecond),
      title: 'From the growth of the log on disk',
    },
    {
      name: 'Records',
      value: `${isUpperBound ? 'at most ' : ''}${formatCompact(topic.records)}`,
      title: `${formatNumber(topic.records)} between the earliest and the latest offsets${isUpperBound ? '; compaction has removed some of them' : ''}`,
    },
    { name: 'Size', value: formatBytes(topic.sizeBytes), title: 'Bytes on disk of the leaders' },
    {
      name: 'Retention',
      value: retentionWords(topic),
      title: `cleanup.policy ${cleanupPolicy ?? 'not known'}`,
    },
    {
      name: 'Partitions',
      value: formatNumber(topic.partitions === null ? null : partitions.length),
      note:
        topic.replication === null
          ? ''
          : `in ${topic.replication === 1 ? '1 copy' : `${formatNumber(topic.replication)} copies`}`,
    },
    {
      name: 'Last record',
      value: lastRecordAt === null ? unknownFigure : formatAgo(lastRecordAt, Math.max(now, lastRecordAt)),
      title: 'By the timestamps of the newest records',
    },
    {
      name: 'Our lag',
      value: formatCompact(topic.lag),
      title: topic.consumers.length === 0 ? 'Nothing here reads it' : `Read by ${topic.consumers.join(', ')}`,
    },
  ]
}
