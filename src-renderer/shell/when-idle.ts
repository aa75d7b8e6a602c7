/** Work that can wait until the page has nothing better to do. */

/** Longest wait, milliseconds; also the wait where the browser does not say when it is idle. */
const latestMs = 2000

/** Calls back once, when the page is idle; the result cancels it. */
export function whenIdle(page: Window, callback: () => void): () => void {
  if (typeof page.requestIdleCallback !== 'function') {
    const timer = page.setTimeout(callback, latestMs)
    return () => {
      page.clearTimeout(timer)
    }
  }
  const handle = page.requestIdleCallback(callback, { timeout: latestMs })
  return () => {
    page.cancelIdleCallback(handle)
  }
}
