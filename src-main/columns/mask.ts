/** What is made unreadable of the records of a source before anything is written. A leaf: workspace, ingest and messages read it. */

export type MaskAction =
  /** A keyed hash as text: equal values stay equal. */
  | { kind: 'hash' }
  /** A fixed text in place of text, NULL in place of anything else. */
  | { kind: 'redact' }
  /** NULL. */
  | { kind: 'drop' }
  /** The first characters of the text. */
  | { kind: 'truncate'; characters: number }

/** Segments as in Column.path; null stands for every element of an array. */
export type MaskPath = readonly (string | number | null)[]

export interface Mask {
  /** For `header`, the path is its name; for `headers` it is empty. */
  part: 'value' | 'key' | 'header' | 'headers'
  path: MaskPath
  action: MaskAction
  /** Whether what is redacted becomes text: as the column's type has it, or null to go by the value itself. */
  isText: boolean | null
}

/** Stands for text that is redacted. */
export const redactedText = 'redacted'

/** As the workspace writes it. */
export function maskWords(action: MaskAction): string {
  return action.kind === 'truncate' ? `truncate ${String(action.characters)}` : action.kind
}

/** Whether one path is the other, or leads to something that contains it. */
export function reaches(outer: MaskPath, inner: MaskPath): boolean {
  return outer.length <= inner.length && outer.every((segment, index) => isSame(segment, inner[index]))
}

function isSame(one: string | number | null, other: string | number | null | undefined): boolean {
  if (one === other) return true
  return (one === null && typeof other === 'number') || (other === null && typeof one === 'number')
}
