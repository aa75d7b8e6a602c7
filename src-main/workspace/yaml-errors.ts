/** The YAML library's complaints in the words of Penstock. Used by document.ts. */
import type { Document, LineCounter, YAMLError } from 'yaml'
import type { Position } from './model.ts'

/** A fault of the text itself, with its place. */
export interface TextProblem {
  position: Position
  message: string
  hint: string
}

/** What the library says of a document, and whether its values can still be read as they were meant. */
export function describeYamlErrors(
  document: Document.Parsed,
  lines: LineCounter,
): { problems: TextProblem[]; readable: boolean } {
  const tooDeep = document.errors.find(isTooDeep)
  const errors = tooDeep === undefined ? [...document.errors, ...document.warnings] : [tooDeep]
  const readable = errors.every(
    (error) => error.code === 'DUPLICATE_KEY' || error.code === 'TAG_RESOLVE_FAILED',
  )
  const problems: TextProblem[] = []
  const seenLines = new Set<number>()
  for (const error of errors) {
    const { line, col } = lines.linePos(error.pos[0])
    const position = { line: Math.max(line, 1), column: Math.max(col, 1) }
    if (!readable && seenLines.has(line)) continue
    seenLines.add(line)
    problems.push({ position, ...describeError(error) })
  }
  return { problems, readable }
}

function describeError(error: YAMLError): { message: string; hint: string } {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { message: 'a tab stands where the line is indented', hint: 'indent with spaces' }
    case 'MULTIPLE_DOCS':
      return { message: 'a second document starts here', hint: 'a workspace is one document; remove the ---' }
    case 'TAG_RESOLVE_FAILED':
      return {
        message: error.message.replace(/^Unresolved tag: /, 'unknown tag '),
        hint: 'remove the tag',
      }
    case 'BAD_SCALAR_START':
      return { message: `not valid YAML: ${lowerFirst(error.message)}`, hint: 'put the value in quotes' }
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: `not valid YAML: ${lowerFirst(error.message)}`,
        hint: 'put a value that holds ": " in quotes, and check the indentation',
      }
    case 'MISSING_CHAR':
      return { message: `not valid YAML: ${lowerFirst(error.message).replace(/quote$/, '')}`, hint: '' }
    default:
      if (isTooDeep(error)) return { message: 'the file is nested too deep', hint: '' }
      return { message: `not valid YAML: ${lowerFirst(error.message)}`, hint: '' }
  }
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}

/** The library reads nested values by recursion and reports where its stack ended. */
function isTooDeep(error: YAMLError): boolean {
  return error.message.includes('call stack')
}
