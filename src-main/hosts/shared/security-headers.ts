/** Response headers of the console's pages and files in every host. Pure; called by serve/pages.ts and electron/page-scheme.ts. */

/**
 * Strict policy: own scripts only, connections to the engine only, no frames, no forms. Inline styles are allowed for the
 * console's component library.
 * @param connections sources that the page may connect to
 */
export function contentSecurityPolicy(connections: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connections.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The headers by name; `connections` as in {@link contentSecurityPolicy}. */
export function securityHeaders(connections: readonly string[]): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(connections),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Frame-Options': 'DENY',
  }
}
