/** Measurements of clusters on their way from the cluster thread to sys_topics and sys_lag. Types only. */

/** Width of a slice of time, in the widths that history is kept in. */
export type SliceSeconds = 1 | 10 | 60

/** What was appended to a topic in one slice. */
export interface TopicSlice {
  seconds: SliceSeconds
  /** Start of the slice, milliseconds since 1970; a multiple of its width. */
  at: number
  connection: string
  /** Empty for the whole cluster: where it has a row, a topic without one did not grow. */
  topic: string
  /** -1 for all partitions together. */
  partition: number
  records: number
  /** From the growth of the log on disk; 0 where that was not looked at. */
  bytes: number
}

/** How far a consumer was behind at the end of one slice. Null is not known. */
export interface LagSlice {
  seconds: SliceSeconds
  at: number
  connection: string
  /** Empty for a source of this workspace. */
  group: string
  /** Empty for a consumer group. */
  source: string
  topic: string
  /** -1 for all partitions together. */
  partition: number
  committed: number | null
  latest: number | null
  lag: number | null
  lagMs: number | null
}

export interface MeasuredRows {
  topics: readonly TopicSlice[]
  lags: readonly LagSlice[]
}
