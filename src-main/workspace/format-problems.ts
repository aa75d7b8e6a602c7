/** Problems of penstock.yaml as text for terminals and dialogs. Called by hosts. */
import { readFileSync } from 'node:fs'
import type { Problem } from '#contract/workspace.ts'
import { secretInFile } from './problem-draft.ts'

const widestExcerpt = 100

/**
 * `file:line:column  message` for each problem, below it the line of the file with a caret, then what to write instead.
 * @param readText text of a file, or null to go without excerpts; reads the disk by default
 */
export function formatProblems(
  problems: readonly Problem[],
  readText: (file: string) => string | null = readFileText,
): string {
  const lines = new Map<string, readonly string[]>()
  return problems
    .map((problem) => {
      const known = lines.get(problem.file) ?? splitLines(readText(problem.file))
      lines.set(problem.file, known)
      return formatProblem(problem, withoutSecret(known[problem.line - 1], problem, problems))
    })
    .join('\n\n')
}

/** A line up to the first secret in it. */
function withoutSecret(
  sourceLine: string | undefined,
  { file, line }: Problem,
  problems: readonly Problem[],
): string | undefined {
  const columns = problems
    .filter((other) => other.message === secretInFile && other.file === file && other.line === line)
    .map(({ column }) => column)
  return columns.length === 0 ? sourceLine : `${sourceLine?.slice(0, Math.min(...columns) - 1) ?? ''}…`
}

function formatProblem(problem: Problem, sourceLine: string | undefined): string {
  const { file, line, column, path, message, hint } = problem
  const subject = path === '' ? message : `${path}: ${message}`
  const rows = [`${file}:${String(line)}:${String(column)}  ${subject}`]
  if (sourceLine !== undefined && sourceLine.trim() !== '') rows.push(...excerpt(sourceLine, line, column))
  if (hint !== '') rows.push(`  ${hint}`)
  return rows.join('\n')
}

/** The line with a caret below the column; of a long line the part around it. */
function excerpt(sourceLine: string, line: number, column: number): string[] {
  const from = column > widestExcerpt - 20 ? column - 41 : 0
  const shown = sourceLine.slice(from, from + widestExcerpt)
  const before = `${String(line)} | ${from > 0 ? '...' : ''}`
  const after = sourceLine.length > from + widestExcerpt ? '...' : ''
  const indent = shown.slice(0, column - 1 - from).replace(/[^\t]/g, ' ')
  return [`  ${before}${shown}${after}`, `  ${' '.repeat(before.length)}${indent}^`]
}

function splitLines(text: string | null): readonly string[] {
  return text === null ? [] : text.replace(/^\ufeff/, '').split(/\r?\n/)
}

/** A file that is gone or unreadable by now only costs the excerpt; the problem itself is told. */
function readFileText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
