/** How a connection to a cluster reads: its colour, its state in a word, and what that means. Pure. */
import type { ConnectionView } from '#contract/connections.ts'
import { assertNever } from '#contract/errors.ts'
import type { Tone } from './tone.ts'

export interface ConnectionLook {
  tone: Tone
  /** "connected", "waiting". */
  word: string
  /** A sentence that says why, in the broker's own words where there are any. */
  detail: string
}

/** State of a connection in a word with its tone. */
export function connectionLook({ state, reason }: Pick<ConnectionView, 'state' | 'reason'>): ConnectionLook {
  switch (state) {
    case 'connected':
      return { tone: 'ok', word: 'connected', detail: 'The cluster answers.' }
    case 'connecting':
      return { tone: 'neutral', word: 'connecting', detail: reason }
    case 'idle':
      return { tone: 'neutral', word: 'not used yet', detail: 'Nothing has asked for it yet.' }
    case 'waiting':
      return {
        tone: 'error',
        word: 'not connected',
        detail: reason === '' ? 'It could not be reached and is tried again by itself.' : reason,
      }
    default:
      return assertNever(state)
  }
}

/** Colour of the mark beside its name; the neutral one where the workspace gives none. */
export function connectionColor({ color }: Pick<ConnectionView, 'color'>): string {
  return color ?? 'var(--text-3)'
}
