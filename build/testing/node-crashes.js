/**
 * Test files whose process Node itself ended: a failed check inside V8 (SIGTRAP), as happens now and then where threads start
 * and end quickly (nodejs/node#64500). They say nothing about the tests, so they run once more. Pure.
 */

/**
 * @param {{ message: string; cause?: unknown }} error outside of any test
 * @returns {string | null} the file that was running, or null where the error is another one
 */
export function crashedFile(error) {
  for (const text of [error.message, messageOf(error.cause)]) {
    const [, file] =
      /exited unexpectedly with signal SIGTRAP\b.* while running test file (\S+)/su.exec(text) ?? []
    if (file !== undefined) return file
  }
  return null
}

/** @param {unknown} cause */
function messageOf(cause) {
  return typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : ''
}
