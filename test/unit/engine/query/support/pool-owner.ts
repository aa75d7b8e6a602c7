/** A process that owns a pool and gets killed: `pool-owner.ts FOLDER SQL` says "started" once the statement has. */
import path from 'node:path'
import { openQueryPool } from '../../../../../src-main/engine/query/query-pool.ts'

const [folder = '', sql = ''] = process.argv.slice(2)
const ignore = (): void => undefined
const pool = await openQueryPool({
  storeFile: path.join(folder, 'store.sqlite'),
  spoolFolder: path.join(folder, 'owned'),
  stateFolder: path.join(folder, 'owned-state'),
  entries: {
    queryProcess: new URL('../../../../../src-main/engine/query/query.process.ts', import.meta.url),
  },
  logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
})
const { id } = pool.start({ sql })
let status = await pool.watch(id, null)
while (status.asOf === null) status = await pool.watch(id, status.version)
process.stdout.write('started\n')
