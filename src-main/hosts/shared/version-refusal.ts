/** Why a version of a workspace cannot run, told beforehand or by an engine that did not start, and which problems that names. */
import { AppError } from '#contract/errors.ts'
import { problem } from '#contract/workspace.ts'
import type { Problem } from '#contract/workspace.ts'
import type { Engine } from '../../engine/engine-api.ts'
import type { Workspace } from '../../workspace/model.ts'
import { mayPass } from './change-retry.ts'

/** The error of a file with problems; it carries them. */
export function invalidFile(file: string, problems: readonly Problem[]): AppError {
  const count = problems.length === 1 ? 'a problem' : `${String(problems.length)} problems`
  return new AppError('WORKSPACE_INVALID', `${file} has ${count}`, { details: { problems } })
}

/** Why a version cannot take the place of what runs, as far as that can be told beforehand. */
export async function refusalOf(engine: Engine, workspace: Workspace): Promise<Error | null> {
  try {
    const problems = await engine.check(workspace)
    return problems.length === 0 ? null : invalidFile(workspace.file, problems)
  } catch (error) {
    // What does not run now cannot say; starting the version will.
    return isRefusal(error) ? error : null
  }
}

/** Whether a version is refused before anything was done, so that what runs is as it was. */
export function isRefusal(error: unknown): error is AppError {
  if (mayPass(error) || isInvalid(error)) return true
  return error instanceof AppError && error.code === 'STORE_UNUSABLE'
}

/** Whether a version is wrong in what it says. */
export function isInvalid(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'WORKSPACE_INVALID'
}

/** Problems that an error names, such as SQL that is wrong; none where it names none. */
export function problemsOf(error: unknown): Problem[] {
  if (!(error instanceof AppError)) return []
  return problem.array().safeParse(error.details['problems']).data ?? []
}
