/**
 * What in a measure does not come from the row alone: other tables, the time of evaluation, chance, the connection. With it a
 * rollup could not be made again from its rows. Pure; uses SQL tokens, no grammar.
 */
import type { SqlToken } from '../sql/sql-tokens.ts'
import type { MeasureFault } from './measure-fault.ts'

const rowHint = 'write it over the columns of one row'
const changing = new Set(['random', 'randomblob', 'changes', 'total_changes', 'last_insert_rowid'])
const clocks = new Set(['current_date', 'current_time', 'current_timestamp'])
/** Functions that tell the current time where they are given none. */
const times = new Set(['date', 'time', 'datetime', 'julianday', 'unixepoch'])

/** @returns what is wrong with the first such part; null where there is none */
export function beyondRow(tokens: readonly SqlToken[]): MeasureFault | null {
  for (const [index, token] of tokens.entries()) {
    const fault = faultOf(token, tokens.slice(index + 1))
    if (fault !== null) return fault
  }
  return null
}

function faultOf(token: SqlToken, rest: readonly SqlToken[]): MeasureFault | null {
  const [next, second, third] = rest
  const text = token.text.toLowerCase()
  if (token.kind === 'parameter') return { message: 'a measure has no parameters', hint: rowHint }
  if (token.kind === 'string') return text === "'now'" ? clockFault(token.text) : null
  if (token.kind !== 'word') return null
  if (text === 'select') return { message: 'a measure has no SELECT inside', hint: rowHint }
  const isName = next?.kind === 'word' || next?.kind === 'quoted'
  if (text === 'in' && isName) {
    return { message: `a measure cannot look into ${next.text}: it would change with it`, hint: rowHint }
  }
  if (clocks.has(text)) return clockFault(token.text)
  if (next?.text !== '(') return null
  if (changing.has(text)) {
    const message = `${token.text}() is another each time, so that the rollup could not be made again from its rows`
    return { message, hint: rowHint }
  }
  const hasNoTime =
    (times.has(text) && second?.text === ')') ||
    (text === 'strftime' && second?.kind === 'string' && third?.text === ')')
  return hasNoTime ? clockFault(`${token.text}()`) : null
}

function clockFault(what: string): MeasureFault {
  const message = `${what} is another each time, so that the rollup could not be made again from its rows`
  return { message, hint: '_ingested_at says when a row landed, in milliseconds since 1970' }
}
