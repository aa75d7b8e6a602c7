/**
 * The two secrets of one start of the server: the token of the printed address, and the cookie it is exchanged for, so
 * that the token leaves the address bar. Main thread; made by server.ts, asked on every request and upgrade.
 */
import { randomBytes, timingSafeEqual, createHash } from 'node:crypto'

/** Secrets of one start; nothing of them is written anywhere. */
export interface SessionToken {
  /** 32 random bytes as base64url; part of the address that is printed. */
  readonly token: string
  /**
   * A token that works once, for an address that is handed to another program: its arguments can be read by every user of
   * the machine.
   */
  issueTicket(): string
  /** Whether `candidate` is the token or an unused ticket, which is used up by this. Takes the same time for any text. */
  matches(candidate: string): boolean
  /** Value of the Set-Cookie header that lets a browser in until it closes or the server restarts. */
  cookieFor(port: number): string
  /** Whether a Cookie header holds the cookie of this start. */
  admits(cookieHeader: string | undefined, port: number): boolean
}

/** Draws the secrets of one start. */
export function createSessionToken(): SessionToken {
  const token = drawSecret()
  const cookie = drawSecret()
  const tickets = new Set<string>()
  return {
    token,
    issueTicket() {
      const ticket = drawSecret()
      tickets.add(ticket)
      return ticket
    },
    matches(candidate) {
      const used = [...tickets].filter((ticket) => isSameSecret(candidate, ticket))
      for (const ticket of used) tickets.delete(ticket)
      return isSameSecret(candidate, token) || used.length > 0
    },
    cookieFor: (port) => `${cookieName(port)}=${cookie}; Path=/; HttpOnly; SameSite=Strict`,
    admits: (header, port) =>
      readCookies(header, cookieName(port)).some((value) => isSameSecret(value, cookie)),
  }
}

function drawSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Cookies know no ports, so the name holds it: two servers on one machine keep apart. */
function cookieName(port: number): string {
  return `penstock-${String(port)}`
}

function isSameSecret(candidate: string, secret: string): boolean {
  return timingSafeEqual(digest(candidate), digest(secret))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function readCookies(header: string | undefined, name: string): string[] {
  return (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}
