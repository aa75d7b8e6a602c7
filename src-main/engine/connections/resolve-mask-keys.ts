/** The keys of hashes, from where the workspace says that they are. Main process. */
import { AppError, type ErrorShape, toErrorShape } from '#contract/errors.ts'
import type { SecretReference, Source } from '../../workspace/model.ts'
import type { ResolvedMaskKeys } from '../masks/mask-keys.ts'
import { readSecret, type SecretSources } from './resolve-settings.ts'

/** A shorter key can be guessed from one hash whose value is known. */
const fewestCharacters = 16

/** Every key; one that cannot be had keeps the other sources from nothing. */
export async function resolveMaskKeys(
  sources: readonly Source[],
  secrets: SecretSources,
): Promise<ResolvedMaskKeys> {
  const keys = new Map<string, string>()
  const faults = new Map<string, ErrorShape>()
  for (const { name, masks } of sources) {
    const reference = masks?.key ?? null
    if (reference === null) continue
    try {
      keys.set(name, await readKey(reference, secrets))
    } catch (error) {
      faults.set(name, toErrorShape(error))
    }
  }
  return { keys, faults }
}

async function readKey(reference: SecretReference, secrets: SecretSources): Promise<string> {
  const key = await readSecret(reference, secrets)
  if (key.length >= fewestCharacters) return key
  const where =
    'env' in reference ? `the environment variable ${reference.env}` : `the secret ${reference.secret}`
  const message = `${where} is too short to be a key: it needs ${String(fewestCharacters)} characters or more`
  throw new AppError('SECRET_MISSING', message)
}
