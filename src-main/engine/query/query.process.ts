/**
 * Entry of a query process: the main thread serves statements, and the same file as a worker thread watches over it,
 * since a running statement blocks the main thread. Started by process-handle.ts.
 */
import { isMainThread, workerData } from 'node:worker_threads'

if (isMainThread) {
  const { serveStatements } = await import('./process/serve-statements.ts')
  serveStatements(new URL(import.meta.url))
} else {
  const { parseWatchdogOrder, watch } = await import('./process/watchdog.ts')
  watch(parseWatchdogOrder(workerData))
}
