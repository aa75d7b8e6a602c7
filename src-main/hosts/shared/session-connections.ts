/**
 * What the session does with connections of a form: tests them, keeps their typed secrets, writes them into penstock.yaml.
 * Main thread; used by workspace-session.ts.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#contract/errors.ts'
import type { ConnectionDraft, SecretInput } from '#contract/connections.ts'
import type { SecretReader } from '../../engine/engine-api.ts'
import { fileOfDraft, mapSecrets, referenceIn } from '../../workspace/connection-draft.ts'
import type { SecretSlot } from '../../workspace/connection-draft.ts'
import { newWorkspaceText, removeConnection, setConnection } from '../../workspace/edit.ts'
import { workspaceFileName } from '../../workspace/load.ts'
import type { Connection, Workspace } from '../../workspace/model.ts'
import { parseWorkspace } from '../../workspace/parse.ts'
import { replaceFile } from './replace-file.ts'
import type { SecretStore } from './secrets/secret-store.ts'

/** Digest of a file as it was read, to tell whether it is still that. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * A draft as a connection of the model, checked as if it stood in a file of the folder. Secrets that were typed are given
 * by `secrets` alone and are gone with it; others come from the store.
 * @throws AppError WORKSPACE_INVALID with `details.problems`
 */
export function connectionOfDraft(
  draft: ConnectionDraft,
  folder: string,
  store: SecretReader,
): { connection: Connection; secrets: SecretReader } {
  const typed = new Map<string, string>()
  const named = mapSecrets(draft, (secret, slot) => {
    if (!('value' in secret)) return secret
    const name = `typed: ${slot}`
    typed.set(name, secret.value)
    return { secret: name }
  })
  return {
    connection: checkedConnection(newWorkspaceText(draft.name, fileOfDraft(named)), draft.name, folder),
    secrets: {
      read: (name) => (typed.has(name) ? Promise.resolve(typed.get(name) ?? null) : store.read(name)),
    },
  }
}

/** @throws AppError WORKSPACE_INVALID where something of this connection is wrong */
function checkedConnection(text: string, name: string, folder: string): Connection {
  const file = path.join(folder, workspaceFileName)
  const parsed = parseWorkspace(text, file)
  if ('workspace' in parsed) {
    const connection = parsed.workspace.connections.find((one) => one.name === name)
    if (connection === undefined) throw new AppError('INTERNAL', `the connection ${name} was not written`)
    return connection
  }
  throw invalid(parsed.problems)
}

function invalid(problems: readonly { path: string; message: string; hint: string }[]): AppError {
  const words = problems.map(({ path: at, message, hint }) => {
    const place = at.replace(/^connections\.(?:"[^"]*"|[^.[]+)\.?/u, '')
    return `${place === '' ? '' : `${place}: `}${message}${hint === '' ? '' : `; ${hint}`}`
  })
  return new AppError('WORKSPACE_INVALID', words.join('\n'), { details: { problems } })
}

/** What {@link keepSecrets} did: the draft with names in place of values, and how to take it back. */
export interface KeptSecrets {
  draft: ConnectionDraft
  undo(): Promise<void>
}

/**
 * Puts typed secrets into the store. One that takes the place of a kept one keeps its name; a new one gets a name that is
 * free, for other workspaces keep theirs in the same store.
 */
export async function keepSecrets(
  draft: ConnectionDraft,
  before: Connection | null,
  store: SecretStore,
): Promise<KeptSecrets> {
  const typed: { slot: SecretSlot; value: string }[] = []
  mapSecrets(draft, (secret, slot) => {
    if ('value' in secret) typed.push({ slot, value: secret.value })
    return secret
  })
  const names = new Map<SecretSlot, string>()
  const earlier = new Map<string, string | null>()
  const undo = async (): Promise<void> => {
    for (const [name, value] of earlier) {
      if (value === null) await store.remove(name)
      else await store.write(name, value)
    }
  }
  const taken = typed.length === 0 ? [] : await store.list()
  try {
    for (const { slot, value } of typed) {
      const reference = before === null ? null : referenceIn(before, slot)
      const known = reference !== null && 'secret' in reference ? reference.secret : null
      const name = known ?? freeName(`${draft.name}-${slot}`, [...taken, ...names.values()])
      earlier.set(name, await store.read(name))
      await store.write(name, value)
      names.set(slot, name)
    }
  } catch (error) {
    await undo()
    throw error
  }
  const named = (secret: SecretInput, slot: SecretSlot): SecretInput => {
    const name = names.get(slot)
    return 'value' in secret && name !== undefined ? { secret: name } : secret
  }
  return { draft: mapSecrets(draft, named), undo }
}

function freeName(base: string, taken: readonly string[]): string {
  let name = base
  for (let number = 2; taken.includes(name); number++) name = `${base}-${String(number)}`
  return name
}

/**
 * Writes a connection into penstock.yaml.
 * @param digest of the file as it was when it was opened
 * @throws AppError WORKSPACE_INVALID where the connection is wrong, the file has changed since, or cannot be changed
 */
export async function writeConnection(file: string, digest: string, draft: ConnectionDraft): Promise<void> {
  const bytes = await readUnchanged(file, digest)
  const text = setConnection(bytes.toString('utf8'), draft.name, fileOfDraft(draft))
  refuseFaults(text, file, draft.name)
  await replaceFile(file, text, {
    confirm: async () => {
      await readUnchanged(file, digest)
    },
  })
}

/**
 * Takes a connection out of penstock.yaml. What is kept under the names of its secrets stays: others may use it.
 * @param digest of the file as it was when it was opened
 * @throws AppError CONNECTION_IN_USE, WORKSPACE_INVALID where the file has changed since or cannot be changed
 */
export async function eraseConnection(
  file: string,
  digest: string,
  { workspace, name }: { workspace: Workspace; name: string },
): Promise<void> {
  const users = [...workspace.sources, ...workspace.lookups]
    .filter(({ input }) => input.kind === 'kafka' && input.connection === name)
    .map((user) => user.name)
  if (users.length > 0)
    throw new AppError('CONNECTION_IN_USE', `"${name}" cannot be removed: it is used by ${users.join(', ')}`)
  const bytes = await readUnchanged(file, digest)
  await replaceFile(file, removeConnection(bytes.toString('utf8'), name), {
    confirm: async () => {
      await readUnchanged(file, digest)
    },
  })
}

/** Faults elsewhere in the file were there before; they are told when the workspace is opened. */
function refuseFaults(text: string, file: string, name: string): void {
  const parsed = parseWorkspace(text, file)
  if ('workspace' in parsed) return
  const own = parsed.problems.filter(
    ({ path: at }) => at === '' || at === `connections.${name}` || at.startsWith(`connections.${name}.`),
  )
  if (own.length > 0) throw invalid(own)
}

async function readUnchanged(file: string, digest: string): Promise<Buffer> {
  const bytes = await readFile(file).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    throw new AppError('WORKSPACE_NOT_FOUND', `${file} cannot be read: ${why}`, { cause: error })
  })
  if (digestOf(bytes) === digest) return bytes
  throw new AppError(
    'WORKSPACE_INVALID',
    `${file} has changed since it was opened; nothing was written. Open it again first.`,
  )
}
