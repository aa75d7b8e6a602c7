/** Writes a small file whole or not at all. Main thread; called by hosts for what they keep and for penstock.yaml. */
import { randomBytes } from 'node:crypto'
import { constants, copyFile, link, open, realpath, rename, rm, stat } from 'node:fs/promises'

/** Options of {@link replaceFile}. */
export interface ReplaceOptions {
  /** Permissions of the file; those of the file before it by default. */
  mode?: number
  /** Asked when everything is written and only the exchange is left; an error from it leaves the file as it is. */
  confirm?: () => Promise<void>
}

/**
 * Puts a file in the place of another: readers see the one or the other, also where the machine stops meanwhile. A symbolic
 * link stays one.
 * @throws Error of the file system; then nothing of the new file is left
 */
export async function replaceFile(
  file: string,
  bytes: string | Uint8Array,
  options: ReplaceOptions = {},
): Promise<void> {
  const target = await realpath(file).catch(() => file)
  const mode = options.mode ?? (await modeOf(target))
  const draft = await writeDraft(target, bytes, mode)
  try {
    await options.confirm?.()
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/**
 * Makes a file that was not there, whole or not at all.
 * @returns false where there is one already; it is left as it is
 */
export async function createFile(file: string, bytes: string | Uint8Array, mode: number): Promise<boolean> {
  const draft = await writeDraft(file, bytes, mode)
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    if (!withoutLinks.has(codeOf(error))) throw error
    return await copyNew(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}

/** What file systems without hard links answer. */
const withoutLinks: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'])

async function copyNew(draft: string, file: string): Promise<boolean> {
  try {
    await copyFile(draft, file, constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

async function modeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).mode & 0o777
  } catch {
    // There is none yet.
    return 0o644
  }
}

async function writeDraft(file: string, bytes: string | Uint8Array, mode: number): Promise<string> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.tmp`
  const handle = await open(draft, 'wx', mode)
  try {
    await handle.chmod(mode)
    await handle.writeFile(bytes)
    await handle.sync()
  } catch (error) {
    await handle.close()
    await rm(draft, { force: true })
    throw error
  }
  await handle.close()
  return draft
}
