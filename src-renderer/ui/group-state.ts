/** The state of a consumer group in a word. Pure. */
import type { Tone } from './tone.ts'

interface StateLook {
  word: string
  tone: Tone
  meaning: string
}

const states: Record<string, StateLook> = {
  stable: { word: 'stable', tone: 'ok', meaning: 'Its members have their partitions.' },
  empty: {
    word: 'empty',
    tone: 'neutral',
    meaning: 'It has commits but no member: nobody reads now.',
  },
  preparingrebalance: {
    word: 'rebalancing',
    tone: 'warn',
    meaning: 'Members are joining or leaving; nobody reads until they have.',
  },
  completingrebalance: {
    word: 'rebalancing',
    tone: 'warn',
    meaning: 'Partitions are being handed out; nobody reads until they are.',
  },
  assigning: { word: 'assigning', tone: 'warn', meaning: 'The coordinator works out who reads what.' },
  reconciling: {
    word: 'reconciling',
    tone: 'warn',
    meaning: 'Members are giving up and taking over partitions.',
  },
  dead: {
    word: 'dead',
    tone: 'error',
    meaning: 'The coordinator has given it up; its commits are going.',
  },
}

/** A state in a word, with its colour and meaning; as the broker gives it where the word is not known. */
export function groupState(state: string): StateLook {
  const known = states[state.toLowerCase()]
  if (known === undefined) return { word: state, tone: 'neutral', meaning: 'State as the broker gives it.' }
  return { ...known, meaning: `${state}: ${known.meaning}` }
}
