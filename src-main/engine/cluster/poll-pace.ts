/** How often a cluster is looked at: often where that is cheap and someone looks, rarely otherwise. Pure. */

const second = 1000
const watchedForMs = 60 * second

export interface Pace {
  /** Ends of all logs. */
  offsetsMs: number
  /** Leaders, replicas, new topics. */
  metadataMs: number
  earliestMs: number
  sizesMs: number
  groupsMs: number
  /** Partitions whose newest record is looked at in one round. */
  newest: number
}

export interface PaceInput {
  partitions: number
  groups: number
  /** Milliseconds since someone asked; infinite before anyone has. */
  sinceAskedMs: number
  /** Milliseconds that the last round of offsets took. */
  lastRoundMs: number
}

/** A large cluster is asked for a fraction of it each second on average; nobody looking makes everything slower. */
export function paceFor({ partitions, groups, sinceAskedMs, lastRoundMs }: PaceInput): Pace {
  const isWatched = sinceAskedMs < watchedForMs
  const bySize = Math.ceil(partitions / 4000) * second
  const byTime = Math.ceil((lastRoundMs * 5) / second) * second
  const offsetsMs = Math.min(30 * second, Math.max(second, bySize, byTime))
  const groupsMs = Math.min(60 * second, Math.max(2 * second, Math.ceil(groups / 50) * second))
  const metadataMs = Math.min(60 * second, Math.max(5 * second, offsetsMs * 6))
  if (isWatched) {
    const sizesMs = Math.min(60 * second, Math.max(10 * second, offsetsMs * 6))
    return { offsetsMs, metadataMs, earliestMs: metadataMs, sizesMs, groupsMs, newest: 1000 }
  }
  const idleMs = partitions > 2000 ? 60 * second : 10 * second
  return {
    offsetsMs: Math.max(offsetsMs, idleMs),
    metadataMs: 60 * second,
    earliestMs: 60 * second,
    sizesMs: Number.POSITIVE_INFINITY,
    groupsMs: Math.max(groupsMs, idleMs),
    newest: 0,
  }
}
