/** Entry of the store thread: the only writer. Started by the engine in the main process. */
import { parentPort } from 'node:worker_threads'
import { StoreThread } from './store-thread.ts'

if (parentPort !== null) {
  const thread = new StoreThread(parentPort)
  process.on('uncaughtExceptionMonitor', (error) => {
    thread.ended(error)
  })
}
