/** The record that failed, as text, with the value that did not fit marked. Pure. */

export interface MarkedText {
  before: string
  /** The value that did not fit; empty where it is not known which one. */
  marked: string
  after: string
}

const most = 600

/** First bytes of a dead letter (base64) as text; bytes that are no UTF-8 become �. */
export function textOfBase64(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
  return new TextDecoder().decode(bytes)
}

/**
 * Cuts a long record around the value of a column and marks it.
 * @param path path of the column as declared, for example `$.order.qty`; its last member is looked for
 */
export function markValue(text: string, path: string | null): MarkedText {
  const name = path === null ? null : lastMember(path)
  const found = name === null ? null : findValue(text, name)
  if (found === null) return { before: cutEnd(text, most), marked: '', after: '' }
  const { start, end } = found
  const beforeStart = Math.max(0, start - most / 2)
  return {
    before: `${beforeStart > 0 ? '…' : ''}${text.slice(beforeStart, start)}`,
    marked: cutEnd(text.slice(start, end), most / 2),
    after: cutEnd(text.slice(end), most / 2),
  }
}

function cutEnd(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}

function lastMember(path: string): string | null {
  return /(?:\.|\["?)([^.[\]"]+)"?\]?$/.exec(path)?.[1] ?? null
}

function findValue(text: string, name: string): { start: number; end: number } | null {
  const key = new RegExp(`${escape(JSON.stringify(name))}\\s*:\\s*`, 'g').exec(text)
  if (key === null) return null
  const start = key.index + key[0].length
  const value = /^(?:"(?:[^"\\]|\\.)*"?|[^,}\]\s]+)/.exec(text.slice(start))
  return value === null ? null : { start, end: start + value[0].length }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
