/**
 * Where the engine's threads and processes start: `.ts` files in a checkout, `.js` files beside the host in a build
 * (electron.vite.config.ts makes each one an entry). Called once per start by a host.
 */
import type { EngineEntries } from '../../engine/engine-api.ts'

/**
 * @param here URL of a file of the host: its folder and its ending tell checkout from build
 */
export function findEngineEntries(here: string = import.meta.url): EngineEntries {
  if (here.endsWith('.ts')) {
    return {
      ingestWorker: new URL('../../engine/threads/ingest.worker.ts', here),
      storeWorker: new URL('../../engine/threads/store.worker.ts', here),
      clusterWorker: new URL('../../engine/threads/cluster.worker.ts', here),
      queryProcess: new URL('../../engine/query/query.process.ts', here),
      snapshotProcess: new URL('../../engine/snapshots/snapshot.process.ts', here),
    }
  }
  return {
    ingestWorker: new URL('./ingest.worker.js', here),
    storeWorker: new URL('./store.worker.js', here),
    clusterWorker: new URL('./cluster.worker.js', here),
    queryProcess: new URL('./query.process.js', here),
    snapshotProcess: new URL('./snapshot.process.js', here),
  }
}
