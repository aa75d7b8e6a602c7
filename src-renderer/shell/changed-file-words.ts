/** What a changed penstock.yaml that is not in use says about itself. Pure. */
import type { SessionView } from '#contract/session.ts'

export interface ChangedFileWords {
  heading: string
  detail: string
  /** All of it, a line each. */
  all: string
  isFault: boolean
  /** Whether a person may apply it as it is. */
  canApply: boolean
}

/** Nothing has stopped, and what to do. */
const next = 'What ran runs on; correct the file and save it.'

/** Null while the file is in use as it is, or nothing is open. */
export function changedFileWords({ state, error, problems, pending }: SessionView): ChangedFileWords | null {
  if (state !== 'open') return null
  if (pending !== null) {
    return {
      heading: 'penstock.yaml was changed',
      detail: `Applying it: ${pending.losses.join('; ')}.`,
      all: pending.losses.join('\n'),
      isFault: false,
      canApply: true,
    }
  }
  if (error === null) return null
  const lines = problems.map(
    ({ line, column, message, hint }) =>
      `line ${String(line)}, column ${String(column)}: ${message}${hint === '' ? '' : `. ${hint}`}`,
  )
  const more = lines.length > 1 ? ` (and ${String(lines.length - 1)} more)` : ''
  return {
    heading: 'The changed penstock.yaml is not in use',
    detail: `${sentence(`${lines[0] ?? error.message}${more}`)} ${next}`,
    all: lines.length === 0 ? error.message : lines.join('\n'),
    isFault: true,
    canApply: false,
  }
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}
