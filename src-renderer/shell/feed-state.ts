/** What the shell says about the feed as a whole: one word, its colour, and why. Pure. */
import type { EngineState, LiveSnapshot } from '#contract/live.ts'
import { assertNever } from '#contract/errors.ts'
import type { ConnectionStatus } from '../transport/connection-status.ts'
import type { Tone } from '../ui/tone.ts'

export interface FeedState {
  tone: Tone
  /** "live", "paused", "cut". */
  word: string
  /** The reason, where there is one to give. */
  reason: string
  /** Whether the figures on screen are those of now. */
  isLive: boolean
}

interface Facts {
  snapshot: LiveSnapshot | null
  staleSince: number | null
  connection: ConnectionStatus
}

/** A cut connection comes before silence, and both before what the engine last said of itself. */
export function feedState({ snapshot, staleSince, connection }: Facts): FeedState {
  if (connection.kind === 'refused')
    return {
      tone: 'error',
      word: 'no access',
      reason: 'Open the address that Penstock printed when it started.',
      isLive: false,
    }
  if (connection.kind === 'cut')
    return {
      tone: 'error',
      word: 'cut',
      reason: 'The connection to the engine is cut; it is tried again by itself.',
      isLive: false,
    }
  if (snapshot === null)
    return { tone: 'neutral', word: 'connecting', reason: 'Waiting for the first figures.', isLive: false }
  if (staleSince !== null)
    return {
      tone: 'warn',
      word: 'silent',
      reason: 'The engine has sent no figures for more than 3 s.',
      isLive: false,
    }
  return {
    ...(standstill(snapshot) ?? { ...engineWord(snapshot.state), reason: snapshot.reason }),
    isLive: true,
  }
}

/** Where no source goes on, nothing comes in, although the engine runs; null where one does, or all were read to their end. */
function standstill({ state, sources }: LiveSnapshot): Omit<FeedState, 'isLive'> | null {
  const left = sources.filter((source) => source.state !== 'ended')
  const stopped = left.filter((source) => source.state === 'waiting' || source.state === 'failed')
  const [first] = stopped
  if (state !== 'running' || first === undefined || stopped.length < left.length) return null
  const isFailed = stopped.every((source) => source.state === 'failed')
  const reason = stopped.map((source) => `${source.name}: ${source.reason}`).join('\n')
  return { tone: isFailed ? 'error' : 'warn', word: isFailed ? 'failed' : 'waiting', reason }
}

function engineWord(state: EngineState): { tone: Tone; word: string } {
  switch (state) {
    case 'running':
      return { tone: 'ok', word: 'live' }
    case 'starting':
      return { tone: 'neutral', word: 'starting' }
    case 'paused':
      return { tone: 'warn', word: 'paused' }
    case 'waiting':
      return { tone: 'warn', word: 'waiting' }
    case 'failed':
      return { tone: 'error', word: 'failed' }
    case 'stopped':
      return { tone: 'error', word: 'stopped' }
    case 'snapshot':
      return { tone: 'neutral', word: 'snapshot' }
    default:
      return assertNever(state)
  }
}
