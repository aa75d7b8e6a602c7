/** Reads a store through with SQLite's own check. Blocks for as long as that takes. */
import { AppError } from '#contract/errors.ts'
import { markCopy } from '../../signals/store-copies.ts'
import type { CheckOrder, SnapshotReport } from '../process-messages.ts'
import { isDamage, openSource, unreadable } from './open-source.ts'

/**
 * @returns what is wrong, in SQLite's words, at most 100
 * @throws AppError STORE_MISSING, STORE_UNUSABLE
 */
export function checkStore({ storeFile }: CheckOrder): SnapshotReport {
  const unmark = markCopy(storeFile)
  try {
    const store = openSource(storeFile)
    try {
      const rows = store.prepare('PRAGMA integrity_check(100)').all()
      const faults = rows.map((row) => String(row['integrity_check'])).filter((words) => words !== 'ok')
      const size = store.prepare(
        'SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size',
      )
      return { kind: 'checked', faults, bytes: Number(size.get()?.['bytes']) }
    } catch (error) {
      if (!isDamage(error)) throw error
      return { kind: 'checked', faults: [unreadable(storeFile, error).message], bytes: 0 }
    } finally {
      store.close()
    }
  } catch (error) {
    if (error instanceof AppError && error.code === 'STORE_DAMAGED')
      return { kind: 'checked', faults: [error.message], bytes: 0 }
    throw error
  } finally {
    unmark()
  }
}
