/**
 * Secrets in one file of the state folder, encrypted as a whole with AES-256-GCM: names and values, and nothing can be
 * changed, taken out or put back from an older entry without being noticed. For serve and the command line. Main thread.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { replaceFile } from '../replace-file.ts'
import { withFileLock } from './file-lock.ts'
import { checkSecretName, checkSecretValue, type SecretStore } from './secret-store.ts'
import {
  existingKey,
  type KeyOrigin,
  keyOrigin,
  type KeySource,
  keyVariable,
  newKey,
  type StoreKey,
  unusable,
  wordsOf,
} from './store-key.ts'

const version = 1
const secretFile = z.object({
  version: z.literal(version),
  key: keyOrigin,
  nonce: z.string().max(100),
  tag: z.string().max(100),
  data: z.string(),
})
type SecretFile = z.infer<typeof secretFile>
const secretMap = z.record(z.string(), z.string())

/** Options of {@link EncryptedFileStore}. */
export interface EncryptedFileOptions {
  /** Folder of the file and of its key; made when absent. */
  stateFolder: string
  environment?: Readonly<Record<string, string | undefined>>
  /** scrypt's N for new files. */
  cost?: number
}

export class EncryptedFileStore implements SecretStore {
  readonly #file: string
  readonly #source: KeySource
  #known: StoreKey | null = null

  constructor({ stateFolder, environment = process.env, cost }: EncryptedFileOptions) {
    this.#file = path.join(stateFolder, 'secrets.json')
    this.#source = {
      passphrase: environment[keyVariable],
      keyFile: path.join(stateFolder, 'secrets.key'),
      ...(cost === undefined ? {} : { cost }),
    }
  }

  async read(name: string): Promise<string | null> {
    return (await this.#load()).get(name) ?? null
  }

  async list(): Promise<string[]> {
    return [...(await this.#load()).keys()].toSorted()
  }

  async write(name: string, value: string): Promise<void> {
    checkSecretName(name)
    await this.#change((secrets) => {
      checkSecretValue(value, secrets.has(name) ? 0 : secrets.size)
      secrets.set(name, value)
      return true
    })
  }

  remove(name: string): Promise<boolean> {
    return this.#change((secrets) => secrets.delete(name))
  }

  /** @param change returns false where there is nothing to write */
  async #change(change: (secrets: Map<string, string>) => boolean): Promise<boolean> {
    const folder = path.dirname(this.#file)
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      throw unusable(`the folder ${folder} cannot be made: ${wordsOf(error)}`, error)
    })
    return withFileLock(`${this.#file}.lock`, async () => {
      const secrets = await this.#load()
      if (!change(secrets)) return false
      await this.#store(secrets)
      return true
    })
  }

  async #load(): Promise<Map<string, string>> {
    const file = await this.#readFile()
    if (file === null) return new Map()
    const { key } = await this.#keyOf(file.key)
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(file.nonce, 'base64'), {
        authTagLength: 16,
      })
      decipher.setAAD(header(file.key))
      decipher.setAuthTag(Buffer.from(file.tag, 'base64'))
      const text = Buffer.concat([decipher.update(Buffer.from(file.data, 'base64')), decipher.final()])
      return new Map(Object.entries(secretMap.parse(JSON.parse(text.toString('utf8')))))
    } catch {
      // What went wrong is not carried along: its words could hold a piece of what was decrypted.
      throw unusable(
        `${this.#file} was changed by something else, or does not belong to this key: its secrets cannot be trusted. ` +
          'Restore it from a copy, or remove it and set the secrets again.',
      )
    }
  }

  async #readFile(): Promise<SecretFile | null> {
    let text: string
    try {
      text = await readFile(this.#file, 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw unusable(`${this.#file} cannot be read: ${wordsOf(error)}`, error)
    }
    try {
      return secretFile.parse(JSON.parse(text))
    } catch (error) {
      throw unusable(`${this.#file} is no secret file of this version of Penstock`, error)
    }
  }

  async #store(secrets: ReadonlyMap<string, string>): Promise<void> {
    const { key, origin } = await this.#keyToWrite()
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 })
    cipher.setAAD(header(origin))
    const text = JSON.stringify(Object.fromEntries(secrets))
    const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    const file: SecretFile = {
      version,
      key: origin,
      nonce: nonce.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
      data: data.toString('base64'),
    }
    await replaceFile(this.#file, `${JSON.stringify(file)}\n`, { mode: 0o600 }).catch((error: unknown) => {
      throw unusable(`${this.#file} cannot be written: ${wordsOf(error)}`, error)
    })
    // The file needs the variable from now on; a key left behind would still open older copies of it.
    if (origin.from === 'passphrase') await rm(this.#source.keyFile, { force: true })
  }

  /** Secrets that were kept with a key file move to PENSTOCK_SECRET_KEY at the next change after it was set. */
  async #keyToWrite(): Promise<StoreKey> {
    const file = await this.#readFile()
    const hasPassphrase = this.#source.passphrase !== undefined && this.#source.passphrase !== ''
    if (file !== null && (file.key.from === 'passphrase' || !hasPassphrase)) return this.#keyOf(file.key)
    this.#known = await newKey(this.#source)
    return this.#known
  }

  async #keyOf(origin: KeyOrigin): Promise<StoreKey> {
    if (this.#known !== null && header(this.#known.origin).equals(header(origin))) return this.#known
    this.#known = await existingKey(origin, this.#source)
    return this.#known
  }
}

/** What stands beside the encrypted part and must not be changed either. */
function header(origin: KeyOrigin): Buffer {
  return Buffer.from(
    JSON.stringify([version, ...Object.entries(origin).toSorted(([a], [b]) => (a < b ? -1 : 1))]),
  )
}
