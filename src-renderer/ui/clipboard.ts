/** Puts text on the clipboard. */

/** @returns whether it is there now; a page without focus or permission is refused by the browser. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // The caller says that it did not work.
    return false
  }
}
