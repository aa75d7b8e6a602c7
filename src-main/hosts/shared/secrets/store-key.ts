/**
 * The key of the encrypted secret file. From PENSTOCK_SECRET_KEY where that is set: then the file is worth nothing without
 * it. Else from a key file beside it, which only its owner can read: that keeps secrets out of copies of the one file, out
 * of searches and backups that leave the key out, and not from who can read everything of this user.
 */
import { createHash, randomBytes, scrypt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '#contract/errors.ts'
import { createFile } from '../replace-file.ts'

/** Name of the environment variable. */
export const keyVariable = 'PENSTOCK_SECRET_KEY'
const shortestPassphrase = 8
const keyBytes = 32

/** How the key of a file was made; stands in the file. `cost` is scrypt's N. */
export const keyOrigin = z.discriminatedUnion('from', [
  z.object({
    from: z.literal('passphrase'),
    salt: z.string().max(100),
    cost: z
      .number()
      .int()
      .min(1024)
      .max(2 ** 20),
    /** Tells a wrong passphrase from a file that was changed. */
    check: z.string().max(100),
  }),
  z.object({ from: z.literal('file') }),
])
export type KeyOrigin = z.infer<typeof keyOrigin>

/** 128 MB and about a third of a second: what OWASP names as least for interactive use. */
const defaultCost = 2 ** 17
const blockSize = 8

/** What a key is made of; tests give their own. */
export interface KeySource {
  /** Value of PENSTOCK_SECRET_KEY. */
  passphrase: string | undefined
  /** Absolute path of the key file. */
  keyFile: string
  /** scrypt's N for new files. */
  cost?: number
}

export interface StoreKey {
  key: Buffer
  origin: KeyOrigin
}

/** The key of a file that is there. @throws AppError SECRET_STORE_UNUSABLE */
export async function existingKey(origin: KeyOrigin, { passphrase, keyFile }: KeySource): Promise<StoreKey> {
  if (origin.from === 'file') return { key: await readKeyFile(keyFile), origin }
  if (passphrase === undefined || passphrase === '') {
    throw unusable(`the secrets are encrypted with ${keyVariable}, which is not set`)
  }
  const { key, check } = await derive(passphrase, Buffer.from(origin.salt, 'base64'), origin.cost)
  if (check !== origin.check)
    throw unusable(`${keyVariable} is not the one that the secrets were encrypted with`)
  return { key, origin }
}

/** A key for a file that is made now. @throws AppError SECRET_STORE_UNUSABLE */
export async function newKey({ passphrase, keyFile, cost = defaultCost }: KeySource): Promise<StoreKey> {
  if (passphrase === undefined || passphrase === '') {
    return { key: await readOrMakeKeyFile(keyFile), origin: { from: 'file' } }
  }
  if (passphrase.length < shortestPassphrase) {
    throw unusable(`${keyVariable} is too short: at least ${String(shortestPassphrase)} characters`)
  }
  const salt = randomBytes(16)
  const { key, check } = await derive(passphrase, salt, cost)
  return { key, origin: { from: 'passphrase', salt: salt.toString('base64'), cost, check } }
}

function derive(passphrase: string, salt: Buffer, cost: number): Promise<{ key: Buffer; check: string }> {
  const options = { N: cost, r: blockSize, p: 1, maxmem: 256 * cost * blockSize }
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 2 * keyBytes, options, (error, derived) => {
      if (error !== null) {
        reject(error)
        return
      }
      const check = createHash('sha256').update(derived.subarray(keyBytes)).digest('base64')
      resolve({ key: derived.subarray(0, keyBytes), check })
    })
  })
}

async function readOrMakeKeyFile(keyFile: string): Promise<Buffer> {
  if (!existsSync(keyFile)) {
    const text = `${randomBytes(keyBytes).toString('base64')}\n`
    // Another Penstock may have made one meanwhile: then that one counts.
    await createFile(keyFile, text, 0o600).catch((error: unknown) => {
      throw unusable(`the key file ${keyFile} cannot be made: ${wordsOf(error)}`, error)
    })
  }
  return readKeyFile(keyFile)
}

async function readKeyFile(keyFile: string): Promise<Buffer> {
  let text: string
  try {
    const { mode } = await stat(keyFile)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw unusable(
        `the key file ${keyFile} can be read by others: run \`chmod 600\` on it, and exchange its secrets`,
      )
    }
    text = await readFile(keyFile, 'utf8')
  } catch (error) {
    if (error instanceof AppError) throw error
    throw unusable(`the key file ${keyFile} cannot be read: ${wordsOf(error)}`, error)
  }
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== keyBytes) throw unusable(`the key file ${keyFile} does not hold a key`)
  return key
}

/** An error of the store, never with a key or a secret in it. */
export function unusable(message: string, cause?: unknown): AppError {
  return new AppError('SECRET_STORE_UNUSABLE', message, cause === undefined ? {} : { cause })
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
