/** A problem before its place in the file is looked up: checks speak of paths, document.ts knows lines and columns. */

/** The message of a problem whose place holds a secret; nobody shows what stands there. */
export const secretInFile = 'a secret does not stand in this file'

/** Member names and list indexes from the top of penstock.yaml. */
export type FilePath = readonly (string | number)[]

/** One fault, at a key or a value of the file. */
export interface ProblemDraft {
  path: FilePath
  /** Whether the key itself or its value is at fault; a fault of a list entry is at its value. */
  at: 'key' | 'value'
  /** Characters into the text of the value, where the fault is inside it. */
  offset?: number
  message: string
  hint: string
}

/** A path as people write it: `tables.late.steps[1].sql`. */
export function formatFilePath(path: FilePath): string {
  let text = ''
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${String(segment)}]`
    else text += text === '' ? segment : `.${segment}`
  }
  return text
}
