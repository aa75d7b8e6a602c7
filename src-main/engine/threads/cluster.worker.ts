/** Entry of the cluster thread. Started by the engine in the main process. */
import { parentPort } from 'node:worker_threads'
import { ClusterThread } from './cluster-thread.ts'

if (parentPort !== null) new ClusterThread(parentPort)
