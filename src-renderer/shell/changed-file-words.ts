/** What a changed penstock.yaml that is not in use says about itself. Pure. */
import type { SessionView } from '#contract/session.ts'

export interface ChangedFileWords {
  heading: string
  detail: string
  /** All of it, a line each. */
  all: string
  isFault: boolean
  /** What a person may do with the file as it is; null where it must become another one first. */
  action: 'Apply' | 'Try again' | null
}

/** Nothing has stopped, and what to do. */
function nextOf(retry: SessionView['retry']): string {
  if (retry === null) return 'What ran runs on; correct the file and save it.'
  return retry === 'automatic'
    ? 'What ran runs on; the file is tried again by itself.'
    : 'What ran runs on; try the file again, or correct it and save it.'
}

/** Null while the file is in use as it is, or nothing is open. */
export function changedFileWords({
  state,
  error,
  problems,
  pending,
  retry,
}: SessionView): ChangedFileWords | null {
  if (state !== 'open') return null
  if (pending !== null) {
    return {
      heading: 'penstock.yaml was changed',
      detail: `Applying it: ${pending.losses.join('; ')}.`,
      all: pending.losses.join('\n'),
      isFault: false,
      action: 'Apply',
    }
  }
  if (error === null) return null
  const lines = problems.map(
    ({ line, column, message, hint }) =>
      `line ${String(line)}, column ${String(column)}: ${message}${hint === '' ? '' : `. ${hint}`}`,
  )
  const more = lines.length > 1 ? ` (and ${String(lines.length - 1)} more)` : ''
  return {
    heading: `The changed penstock.yaml is not in use${retry === null ? '' : ' yet'}`,
    detail: `${sentence(`${lines[0] ?? error.message}${more}`)} ${nextOf(retry)}`,
    all: lines.length === 0 ? error.message : lines.join('\n'),
    isFault: true,
    action: retry === null ? null : 'Try again',
  }
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}
