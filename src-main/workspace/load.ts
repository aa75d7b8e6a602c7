/** penstock.yaml from the disk. Called by hosts when a workspace is opened and when its file changes. */
import type { Stats } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#contract/errors.ts'
import { invalidUtf8At } from '../columns/utf8.ts'
import { isDatabase } from './database-file.ts'
import { parseWorkspace, type ParsedWorkspace } from './parse.ts'

export const workspaceFileName = 'penstock.yaml'
/** A larger file is refused unread. */
export const largestWorkspaceBytes = 4 * 1024 * 1024

/**
 * Reads a workspace from its file, or from the folder that holds penstock.yaml.
 * @returns the workspace, or everything that is wrong with the file
 * @throws AppError WORKSPACE_NOT_FOUND where there is no such file or it cannot be read
 */
export async function loadWorkspace(fileOrFolder: string): Promise<ParsedWorkspace> {
  const given = path.resolve(fileOrFolder)
  const stats = await look(given)
  const file = stats.isDirectory() ? path.join(given, workspaceFileName) : given
  const fileStats = stats.isDirectory() ? await lookInside(given, file) : stats
  if (!fileStats.isFile()) {
    throw new AppError('WORKSPACE_NOT_FOUND', `${file} is not a file`, { details: { file } })
  }
  if (await beginsAsDatabase(file)) {
    const message = `${file} is an SQLite file, such as a snapshot, and no workspace; open, serve, query, advise and check --store read snapshots`
    throw new AppError('WORKSPACE_NOT_FOUND', message, { details: { file } })
  }
  if (fileStats.size > largestWorkspaceBytes) return tooLarge(file)
  const bytes = await readBytes(file)
  if (bytes.length > largestWorkspaceBytes) return tooLarge(file)
  const invalidAt = invalidUtf8At(bytes)
  return invalidAt < 0 ? parseWorkspace(bytes.toString('utf8'), file) : notUtf8(file, bytes, invalidAt)
}

async function look(given: string): Promise<Stats> {
  try {
    return await stat(given)
  } catch (error) {
    throw unreadable(given, error)
  }
}

async function lookInside(folder: string, file: string): Promise<Stats> {
  try {
    return await stat(file)
  } catch (error) {
    if (!isMissing(error)) throw unreadable(file, error)
    const names = await readdir(folder).catch((cause: unknown) => {
      throw unreadable(folder, cause)
    })
    const near = names.find((name) => /^penstock\.ya?ml$/i.test(name))
    const advice =
      near === undefined ? '' : `; it holds ${near}, which must be renamed to ${workspaceFileName}`
    throw new AppError('WORKSPACE_NOT_FOUND', `there is no ${workspaceFileName} in ${folder}${advice}`, {
      details: { file },
      cause: error,
    })
  }
}

async function beginsAsDatabase(file: string): Promise<boolean> {
  try {
    return await isDatabase(file)
  } catch (error) {
    throw unreadable(file, error)
  }
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw unreadable(file, error)
  }
}

function unreadable(file: string, error: unknown): AppError {
  const reason = isMissing(error) ? 'does not exist' : `cannot be read: ${faultWords(error)}`
  return new AppError('WORKSPACE_NOT_FOUND', `${file} ${reason}`, { details: { file }, cause: error })
}

function isMissing(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function faultWords(error: unknown): string {
  if (errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM') return 'permission denied'
  return error instanceof Error ? error.message : String(error)
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function tooLarge(file: string): ParsedWorkspace {
  const message = `the file is larger than ${String(largestWorkspaceBytes / 1024 ** 2)} MB`
  return {
    problems: [
      { file, line: 1, column: 1, path: '', message, hint: 'put data into lookup or capture files' },
    ],
  }
}

function notUtf8(file: string, bytes: Buffer, invalidAt: number): ParsedWorkspace {
  const before = bytes.subarray(0, invalidAt).toString('utf8')
  const line = before.split('\n').length
  const column = before.length - before.lastIndexOf('\n')
  const byte = (bytes[invalidAt] ?? 0).toString(16).padStart(2, '0')
  const message = `the file is not UTF-8: byte 0x${byte} stands here`
  return { problems: [{ file, line, column, path: '', message, hint: 'save the file as UTF-8' }] }
}
