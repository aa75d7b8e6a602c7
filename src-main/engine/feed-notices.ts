/** What the ingest and the cluster thread tell by themselves, as the live feed takes it. Main process. */
import type { ConnectionStateNotice } from './kafka/client/cluster-clients.ts'
import { hasKind } from './threads/thread-calls.ts'
import type { SourceLogNotice, SourceProgressNotice, SourceStateNotice } from './threads/thread-messages.ts'
import type { EngineFeed } from './watch/live-feed.ts'

/** @param message of the cluster thread; one that is not for the feed is left alone */
export function tellConnection(feed: EngineFeed, message: unknown): void {
  if (!hasKind(message, 'connection-state')) return
  const { connection, state, reason } = message as ConnectionStateNotice
  feed.connectionState(connection, state, reason)
}

/** @param message of the ingest thread; one that is not for the feed is left alone */
export function tellIngest(feed: EngineFeed, message: unknown): void {
  tellConnection(feed, message)
  if (hasKind(message, 'source-state')) {
    const { source, state, reason } = message as SourceStateNotice
    feed.sourceState(source, { state, reason })
  } else if (hasKind(message, 'source-progress')) {
    const { source, progress } = message as SourceProgressNotice
    feed.sourceState(source, { progress })
  } else if (hasKind(message, 'source-log')) {
    const { source, ends } = message as SourceLogNotice
    feed.sourceState(source, { ends })
  }
}
