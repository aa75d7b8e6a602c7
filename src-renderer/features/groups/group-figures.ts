/** The strip of figures over one group. Pure. */
import type { GroupDetail } from '#contract/groups.ts'
import { formatChange, formatCompact, formatCount, formatNumber, unknownFigure } from '../../ui/format.ts'
import type { StripFigure } from '../../ui/strip-figure.ts'
import { lagTimeWords, outlookWords, trendTone } from './group-words.ts'

export function groupFigures({ group, partitions, coordinator, assignor }: GroupDetail): StripFigure[] {
  const topics = new Set(partitions.map(({ topic }) => topic)).size
  return [
    {
      name: 'Lag',
      value: formatCompact(group.lag),
      note: group.lag === 1 ? 'record' : 'records',
      title: `${formatNumber(group.lag)} records between the commits and the end of the log`,
    },
    {
      name: 'Behind',
      value: lagTimeWords(group.lagMs),
      title: 'Age of the oldest record that is not committed yet',
    },
    {
      name: 'Trend',
      value: formatChange(group.trend),
      title: 'Change of the lag in records per second; negative when it catches up',
      tone: trendTone(group),
    },
    { name: 'Outlook', value: outlookWords(group), title: 'At the present trend' },
    { name: 'Members', value: formatNumber(group.members) },
    {
      name: 'Reads',
      value: formatCount(partitions.length, 'partition'),
      note: `of ${formatCount(topics, 'topic')}`,
    },
    {
      name: 'Coordinator',
      value: coordinator === null ? unknownFigure : `broker ${String(coordinator)}`,
      title: 'The broker that keeps its members and commits',
    },
    {
      name: 'Assignor',
      value: assignor === '' ? unknownFigure : assignor,
      title: 'How partitions are handed out',
    },
  ]
}
