/** Recognises that the store cannot take more, whatever the cause: its limit, its disk or its memory-backed folder. */

const fullCodes = /^SQLITE_(FULL|IOERR|NOMEM|READONLY|CANTOPEN|BUSY|LOCKED)/

/** Whether waiting may help: the batch was rolled back and can be written again. */
export function isStoreFull(error: unknown): error is Error & { code: string } {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && fullCodes.test(error.code)
  )
}

/** What is wrong and what to do, for people. */
export function storeFullReason(error: Error, file: string): string {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'SQLITE_FULL')
    return `the store ${file} is full: free space where it lies, raise \`store.limit\` or retain fewer rows`
  if (code.startsWith('SQLITE_IOERR'))
    return `the store ${file} cannot be written (${code}): its disk may be full or gone`
  return `the store ${file} cannot be written (${code}): ${error.message}`
}
