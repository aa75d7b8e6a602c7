/** What `penstock run` says about a snapshot of the engine, and when its work is done. Pure; called each second. */
import type { LiveSnapshot } from '#contract/live.ts'

/** One line for people: state, rate, rows, dead letters, latency. */
export function statisticsLine(snapshot: LiveSnapshot): string {
  const { sources, tables, rollups, latency, deadLetters } = snapshot
  const parts = [
    new Date(snapshot.at).toISOString().slice(11, 19),
    withReason(snapshot.state, snapshot.reason),
    ...sources.map(({ name, state, reason, recordsPerSecond, records }) => {
      const pace = state === 'running' ? `${amount(recordsPerSecond)}/s` : state
      const why = state === 'ended' ? '' : reason
      return `${name} ${withReason(pace, why)}, ${amount(records)} records`
    }),
    ...tables.map(({ name, rows }) => `${name} ${amount(rows)} rows`),
    ...rollups.flatMap(({ name, problem }) =>
      problem === '' ? [] : [withReason(`rollup ${name} is not kept up to date`, problem)],
    ),
    `${amount(deadLetters.total)} dead`,
    `p99 ${latency.p99 === null ? '–' : `${amount(latency.p99)} ms`}`,
  ]
  return parts.join('  ')
}

/** The same as one JSON object, without the series for charts. */
export function statisticsJson(snapshot: LiveSnapshot): string {
  return JSON.stringify({
    at: snapshot.at,
    state: snapshot.state,
    reason: snapshot.reason,
    sources: snapshot.sources.map(({ spark: _, ...source }) => source),
    steps: snapshot.steps,
    tables: snapshot.tables.map(({ spark: _, ...table }) => table),
    rollups: snapshot.rollups.map(({ spark: _, ...rollup }) => rollup),
    latency: snapshot.latency,
    deadLetters: snapshot.deadLetters,
    store: snapshot.store,
  })
}

/**
 * Whether every source has come to its end, nothing keeps the store from taking what was read, and new tables, columns and
 * rollups are made as far as they can be: stopping the engine now commits the rest.
 */
export function isFinished({ state, sources, backfills, rollups }: LiveSnapshot): boolean {
  const isFilling = backfills.some(({ problem }) => problem === '')
  const isMaking = rollups.some(({ problem, behind }) => problem === '' && behind > 0)
  return state === 'running' && !isFilling && !isMaking && sources.every((source) => source.state === 'ended')
}

function withReason(state: string, reason: string): string {
  return reason === '' ? state : `${state} (${reason})`
}

function amount(value: number): string {
  return Math.round(value).toLocaleString('en')
}
