/**
 * What the window may show, ask for and talk to: the console's own pages and nothing else. Pure, no electron; called by
 * console-window.ts and main.ts for every navigation, permission and message.
 */

/** Scheme and origin of the console's pages in Electron. */
export const consoleScheme = 'penstock'
export const consoleOrigin = `${consoleScheme}://console`

/** Whether a URL is a page or file of the console. */
export function isConsoleUrl(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.protocol === `${consoleScheme}:` && parsed.host === 'console' && parsed.username === ''
}

/** The frame that sent a message, as far as it decides. Null where the frame is gone. */
export interface SenderFrame {
  url: string
  /** Null for the top frame of a window. */
  parent: unknown
}

/** Whether a message comes from the console's top frame. */
export function isTrustedSender(frame: SenderFrame | null): boolean {
  return frame?.parent === null && isConsoleUrl(frame.url)
}

/** Whether a page may be granted a permission: only to put text on the clipboard, and only the console. */
export function isAllowedPermission(permission: string, url: string): boolean {
  return permission === 'clipboard-sanitized-write' && isConsoleUrl(url)
}

/** Whether the window may load a resource at all; what is left is nothing from outside. */
export function isLocalResource(url: string): boolean {
  const protocol = URL.parse(url)?.protocol ?? ''
  return isConsoleUrl(url) || ['data:', 'blob:', 'devtools:'].includes(protocol)
}
