/** How a topic reads in a list and on its page. Pure. */
import type { TopicRow } from '#contract/topics.ts'
import { formatCount, formatNumber, unknownFigure } from '../../ui/format.ts'

/** What is wrong with its partitions, in words; empty where nothing is. */
export function troubleWords({
  partitions,
  underReplicated,
  offline,
}: Pick<TopicRow, 'partitions' | 'underReplicated' | 'offline'>): string {
  const of = `of ${formatCount(partitions ?? 0, 'partition')}`
  const words = [
    ...(offline === 0 ? [] : [`${formatNumber(offline)} ${of} offline`]),
    ...(underReplicated === 0 ? [] : [`${formatNumber(underReplicated)} ${of} under-replicated`]),
  ]
  return words.join(', ')
}

/** How uneven a partition's share is: "1.8×"; a dash without a rate. */
export function skewWords(skew: number | null): string {
  if (skew === null) return unknownFigure
  return `${skew >= 9.95 ? String(Math.round(skew)) : String(Math.round(skew * 10) / 10)}×`
}

/** A share so far from even is worth a look: more than twice, and the topic has more than one partition. */
export function isSkewed(skew: number | null, partitions: number): boolean {
  return skew !== null && partitions > 1 && skew > 2
}
