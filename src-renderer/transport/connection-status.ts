/** What is known about the connection to the engine; written by the reconnecting link, read by state/connection. */

/**
 * - `connecting`: the first connection is being made, since `sinceMs`
 * - `open`: calls go through, since `sinceMs`
 * - `cut`: it was lost (or never made) at `sinceMs`; tries go on by themselves, the next at `retryAtMs`
 * - `refused`: the host answered and does not let this page in (401, 403): only opening the printed address again helps
 */
export type ConnectionStatus =
  | { kind: 'connecting'; sinceMs: number }
  | { kind: 'open'; sinceMs: number }
  | { kind: 'cut'; sinceMs: number; retryAtMs: number | null; attempts: number }
  | { kind: 'refused'; sinceMs: number }
