/** The text of penstock.yaml to a workspace, or to everything that is wrong with it. Called by load.ts and editors. */
import path from 'node:path'
import type { Problem } from '#contract/workspace.ts'
import { buildWorkspace } from './build.ts'
import { checkFile } from './checks.ts'
import { readDocument, type WorkspaceDocument } from './document.ts'
import { describeIssues, valueAt } from './issues.ts'
import type { Workspace } from './model.ts'
import { formatFilePath, type ProblemDraft } from './problem-draft.ts'
import { workspaceSchema } from './schema.ts'
import type { TextProblem } from './yaml-errors.ts'

/** The version of the format that this Penstock reads. */
const version = 1
/** Problems that are told one by one; a last one counts the others. */
const mostProblems = 500

export type ParsedWorkspace = { workspace: Workspace } | { problems: readonly Problem[] }

/**
 * Reads a workspace without touching the disk. Problems are all told at once, in the order of the file.
 * @param file path of penstock.yaml; relative paths in the file are resolved against its folder
 */
export function parseWorkspace(text: string, file: string): ParsedWorkspace {
  const absolute = path.resolve(file)
  const document = readDocument(text.replace(/^\ufeff/, ''))
  if (!('data' in document)) return { problems: textProblems(document.problems, absolute) }
  if (document.data === null) return { problems: [emptyFile(absolute)] }
  const unsupported = checkVersion(document.data)
  if (unsupported !== null) return { problems: [place(unsupported, document, absolute)] }

  const parsed = workspaceSchema.safeParse(document.data)
  const drafts = [
    ...(parsed.success ? [] : describeIssues(parsed.error.issues, document.data)),
    ...checkFile(document.data),
  ]
  const problems = [
    ...textProblems(document.problems, absolute),
    ...drafts.map((draft) => place(draft, document, absolute)),
  ]
  if (problems.length > 0 || !parsed.success) return { problems: inOrder(problems) }
  return { workspace: buildWorkspace(parsed.data, document, { file: absolute, text }) }
}

/** A version that is not read makes everything else in the file uncertain, so it is told alone. */
function checkVersion(data: unknown): ProblemDraft | null {
  const written = valueAt(data, ['penstock'])
  if (typeof written !== 'number' || written === version) return null
  return {
    path: ['penstock'],
    at: 'value',
    message: `version ${String(written)} of the format is not supported; this Penstock reads version ${String(version)}`,
    hint: `install a Penstock that reads it, or write "penstock: ${String(version)}"`,
  }
}

function place(draft: ProblemDraft, document: WorkspaceDocument, file: string): Problem {
  const { line, column } = document.positionOf(draft)
  return { file, line, column, path: formatFilePath(draft.path), message: draft.message, hint: draft.hint }
}

function textProblems(problems: readonly TextProblem[], file: string): Problem[] {
  return problems.map(({ position, message, hint }) => ({ file, ...position, path: '', message, hint }))
}

function emptyFile(file: string): Problem {
  return {
    file,
    line: 1,
    column: 1,
    path: '',
    message: 'the file is empty',
    hint: 'begin with "penstock: 1" and add sources',
  }
}

function inOrder(problems: readonly Problem[]): Problem[] {
  const sorted = problems.toSorted((one, other) => one.line - other.line || one.column - other.column)
  const cut = sorted.slice(0, mostProblems)
  const last = cut.at(-1)
  if (last !== undefined && sorted.length > cut.length) {
    const more = String(sorted.length - cut.length)
    cut.push({ ...last, path: '', message: `and ${more} more problems from here on`, hint: '' })
  }
  return cut
}
