/** Faults of lookup files in the words of the person who keeps the file. */
import { AppError } from '#contract/errors.ts'
import type { FileLookup } from './file-lookup.ts'

const longestValue = 200

/** Where in the file, and how to mend it. All absent where the whole file is at fault. */
export interface FaultPlace {
  line?: number
  column?: string
  /** The value as the file has it. */
  value?: string
  /** What to write instead. */
  hint?: string
  cause?: unknown
}

/** An AppError LOOKUP_UNREADABLE: `FILE:LINE: column NAME: MESSAGE; HINT`. */
export function lookupFault(lookup: FileLookup, message: string, place: FaultPlace = {}): AppError {
  const { line, column, value, hint, cause } = place
  const where = line === undefined ? lookup.file : `${lookup.file}:${String(line)}`
  const subject = column === undefined ? '' : `column ${column}: `
  const advice = hint === undefined || hint === '' ? '' : `; ${hint}`
  return new AppError('LOOKUP_UNREADABLE', `${where}: ${subject}${message}${advice}`, {
    details: {
      lookup: lookup.name,
      file: lookup.file,
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
      ...(value === undefined ? {} : { value: value.slice(0, longestValue) }),
    },
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Says that the file is being written just now; `details.changed` is true, so that the caller may read it again. */
export function changedFault(lookup: FileLookup, cause?: unknown): AppError {
  const message = `${lookup.file}: the file changed while it was read; it has to be read again`
  return new AppError('LOOKUP_UNREADABLE', message, {
    details: { lookup: lookup.name, file: lookup.file, changed: true },
    ...(cause === undefined ? {} : { cause }),
  })
}
