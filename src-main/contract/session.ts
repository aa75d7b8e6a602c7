/** What Penstock has open: nothing yet (first run), a workspace, or one that would not start and why. */
import { z } from 'zod'
import { connectionDraft } from './connections.ts'
import { errorShape } from './errors.ts'
import { problem } from './workspace.ts'

export const sessionView = z.object({
  /** Grows with each change. */
  version: z.number(),
  state: z.enum(['none', 'opening', 'open', 'failed']),
  /** Absolute path of penstock.yaml, or null. */
  file: z.string().nullable(),
  error: errorShape.nullable(),
  /** What is wrong with the workspace, where that is why. While one is open: with its changed file, which is not in use. */
  problems: z.array(problem),
  /** A changed file that waits to be applied, and what that would lose, one sentence each. */
  pending: z.object({ losses: z.array(z.string()) }).nullable(),
  /**
   * How a changed file is tried again that could not be taken over for what may pass, as the error says: by itself, and when a
   * person says so, or only then. Null where nothing is tried again as it is.
   */
  retry: z.enum(['automatic', 'manual']).nullable(),
  /** Workspaces opened before, newest first; only those that still exist. */
  recent: z.array(z.object({ file: z.string(), name: z.string(), openedAt: z.number() })),
  /** Folder that relative paths which a person types are taken from, and in which new workspaces are proposed. */
  folder: z.string(),
})
export type SessionView = z.infer<typeof sessionView>

/** Absolute, or relative to the session's folder: a folder with penstock.yaml, or that file. */
export const openRequest = z.object({ path: z.string().min(1).max(4096) })

/** Makes a folder with a penstock.yaml that holds this connection, and opens it. Never overwrites a file. */
export const createRequest = z.object({ folder: z.string().min(1).max(4096), connection: connectionDraft })
