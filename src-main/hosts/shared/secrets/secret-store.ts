/** What keeps secrets for a host. Implementations: encrypted-file.ts for serve and cli, the keychain for the window. */
import { AppError } from '#contract/errors.ts'
import type { SecretReader } from '../../../engine/engine-api.ts'

/** Secrets by name. Values leave it for the engine only. Every method throws AppError SECRET_STORE_UNUSABLE. */
export interface SecretStore extends SecretReader {
  /** Keeps a value under the name, in place of an earlier one. */
  write(name: string, value: string): Promise<void>
  /** @returns false where nothing was kept under the name */
  remove(name: string): Promise<boolean>
  /** Names in alphabetical order. */
  list(): Promise<string[]>
}

/** Most bytes of a value and of all of them. */
export const mostSecretBytes = 64 * 1024
const mostSecrets = 1000

/** @throws AppError USAGE where the name cannot be that of a secret */
export function checkSecretName(name: string): void {
  // "__proto__" is no ordinary key of a map in JSON.
  if (name !== '__proto__' && /^[^\s\p{C}](?:[^\p{C}]{0,198}[^\s\p{C}])?$/u.test(name)) return
  throw new AppError(
    'USAGE',
    `${JSON.stringify(name)} is no name for a secret: 1 to 200 characters without spaces around them`,
  )
}

/** @throws AppError USAGE where the value is empty or too long, or there are too many */
export function checkSecretValue(value: string, kept: number): void {
  if (value === '') throw new AppError('USAGE', 'the secret is empty; nothing was kept')
  if (Buffer.byteLength(value) > mostSecretBytes) {
    throw new AppError('USAGE', `the secret is longer than ${String(mostSecretBytes / 1024)} KB`)
  }
  if (kept >= mostSecrets) throw new AppError('USAGE', `${String(mostSecrets)} secrets are kept already`)
}
