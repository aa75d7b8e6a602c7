/**
 * Bounds that both sides of the contract rely on. Sizes are bytes, times are milliseconds.
 * Engine code, hosts and the renderer read them from here; nothing repeats a number.
 */
export const limits = {
  /** A record (value, or line of a capture) larger than this becomes a dead letter. */
  recordBytes: 32 * 1024 * 1024,
  /** Deepest nesting of a JSON value; SQLite's own JSON functions stop at the same depth. */
  jsonDepth: 1000,
  /** Bytes of a dead letter's value that are kept; its full size is always recorded. */
  deadLetterBytes: 64 * 1024,
  /** Micro-batch: most records and most packed bytes. */
  batchRecords: 16_384,
  batchBytes: 8 * 1024 * 1024,
  /** Batches between the ingest thread and the store thread, at most. */
  batchesInFlight: 3,
  /** Age of the oldest record at which a batch is cut although it is small. */
  batchAgeMs: 40,
  /** System tables: rows kept. */
  keptBatches: 20_000,
  keptSteps: 100_000,
  keptEvents: 10_000,
  keptDeadLetters: 100_000,
  keptDeadLetterBytes: 256 * 1024 * 1024,
  /** Write-ahead log at which the statement that reads longest is stopped, and the least time that each one has. */
  storeLogBytes: 1024 * 1024 * 1024,
  storeLogReadMs: 2000,
  /** Room that a snapshot leaves on the disk it is written to. */
  snapshotRoomBytes: 64 * 1024 * 1024,
  /** Growth of a snapshot's progress is told at most this often. */
  snapshotProgressMs: 250,
  /** Live figures are published at most this often. */
  liveIntervalMs: 250,
  /** Queries. */
  queryMs: 60_000,
  queryRows: 1_000_000,
  queryBytes: 512 * 1024 * 1024,
  queryHeapBytes: 512 * 1024 * 1024,
  querySqlBytes: 1024 * 1024,
  queryPageRows: 500,
  queryPageBytes: 4 * 1024 * 1024,
  queryProcesses: 2,
  queryQueue: 64,
  resultsKept: 32,
  /** A search for indexes and rollups. */
  adviceMs: 600_000,
  historyEntries: 2_000,
  historySqlBytes: 64 * 1024,
  /** Kafka: bytes asked for at once from one broker and one partition; a larger record still comes, alone. */
  fetchBytes: 16 * 1024 * 1024,
  fetchPartitionBytes: 4 * 1024 * 1024,
  /** Kafka: bytes fetched and not yet committed, all sources of a connection. */
  fetchedAheadBytes: 48 * 1024 * 1024,
  /** Kafka: most bytes that one compressed batch may unpack to. */
  unpackedBytes: 128 * 1024 * 1024,
  /** Messages: matches kept by a search, searches kept, bytes of their previews, bytes of a part shown at once. */
  searchMatches: 100_000,
  searchesKept: 16,
  searchBytes: 128 * 1024 * 1024,
  messagePreviewCharacters: 500,
  messagePartBytes: 256 * 1024,
  producedBytes: 1024 * 1024,
  /** Measurements of a cluster: rows of history kept in sys_topics and sys_lag. */
  keptTopicRows: 1_000_000,
  keptLagRows: 1_000_000,
  /** Contract calls. */
  longPollMs: 20_000,
  callsInFlight: 64,
  clientBacklogBytes: 32 * 1024 * 1024,
  messageBytes: 4 * 1024 * 1024,
} as const
