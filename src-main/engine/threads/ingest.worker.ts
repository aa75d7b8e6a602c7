/** Entry of the ingest thread: reads sources and lookups. Started by the engine in the main process. */
import { parentPort } from 'node:worker_threads'
import { IngestThread } from './ingest-thread.ts'

if (parentPort !== null) new IngestThread(parentPort)
