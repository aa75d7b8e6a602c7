/** How long one that reads topics, a source or a lookup, waits before it tries again. */
const firstPauseMs = 250
const longestPauseMs = 5000

/** @param failures failures in a row before this one, 0 or more. @returns milliseconds */
export function retryPauseMs(failures: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(10, failures))
}
