/** What of a workspace changed from one version to the next, as far as it can be changed while the rest runs on. Pure. */
import type { Source, Workspace } from './model.ts'

export interface WorkspaceChange {
  /** Sources that are no longer there, or are others now. */
  ended: readonly string[]
  /** Sources that are new, or are others now. */
  begun: readonly Source[]
}

/** @returns null where everything is to be started anew: what all of it uses (store, connections, lookups) is other now */
export function changeBetween(before: Workspace, after: Workspace): WorkspaceChange | null {
  const facts = ({ name, file, store, connections, snapshots, lookups }: Workspace): unknown => [
    ...[name, file, store, snapshots, lookups],
    connections.map((connection) => ({ ...connection, addresses: [...connection.addresses] })),
  ]
  if (!isSame(facts(before), facts(after))) return null
  const { sources } = before
  return {
    ended: sources.flatMap((source) =>
      isSame(source, find(after.sources, source.name)) ? [] : [source.name],
    ),
    begun: after.sources.filter((source) => !isSame(source, find(sources, source.name))),
  }
}

function find<Entry extends { name: string }>(entries: readonly Entry[], name: string): Entry | undefined {
  return entries.find((entry) => entry.name === name)
}

/** Whether both say the same; where they stand in the file does not count. */
function isSame(one: unknown, other: unknown): boolean {
  return textOf(one) === textOf(other)
}

function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (key, entry: unknown) => {
    if (key === 'position') return undefined
    return typeof entry === 'bigint' ? `${String(entry)}n` : entry
  })
}
