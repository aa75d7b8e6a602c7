/**
 * Test files whose process Node itself ended: a failed check inside V8 (SIGTRAP) or a segmentation fault, as happens now and
 * then where threads start and end quickly (nodejs/node#64500; `sourceFlags` prevents the one known cause). They run once more,
 * and the end of the output names them, as a fault of native code that comes again is for us to find. Pure.
 */

/**
 * @param {{ message: string; cause?: unknown }} error outside of any test
 * @returns {string | null} the file that was running, or null where the error is another one
 */
export function crashedFile(error) {
  const [, file = null] =
    /exited unexpectedly with signal (?:SIGTRAP|SIGSEGV)\b.* while running test file (\S+)/su.exec(
      fullMessage(error),
    ) ?? []
  return file
}

/**
 * @param {{ message: string; cause?: unknown }} error
 * @returns {string} its message with that of its cause
 */
export function fullMessage(error) {
  const cause = messageOf(error.cause)
  return cause === '' ? error.message : `${error.message} ${cause}`
}

/** @param {unknown} cause */
function messageOf(cause) {
  return typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : ''
}
