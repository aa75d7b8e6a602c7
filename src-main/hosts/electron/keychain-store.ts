/**
 * Secrets in the keychain of the operating system, through Electron's safeStorage: one file of encrypted entries whose key
 * the keychain keeps. Secrets that the command line keeps can be read too. Electron main process; made by main.ts.
 */
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { replaceFile } from '../shared/replace-file.ts'
import { withFileLock } from '../shared/secrets/file-lock.ts'
import { checkSecretName, checkSecretValue } from '../shared/secrets/secret-store.ts'
import type { SecretStore } from '../shared/secrets/secret-store.ts'
import { unusable, wordsOf } from '../shared/secrets/store-key.ts'

/** The part of Electron's safeStorage that is used. */
export interface SafeStorage {
  isAsyncEncryptionAvailable(): Promise<boolean>
  encryptStringAsync(text: string): Promise<Buffer>
  decryptStringAsync(encrypted: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }>
  getSelectedStorageBackend(): string
}

/** Options of {@link KeychainStore}. */
export interface KeychainOptions {
  safeStorage: SafeStorage
  stateFolder: string
  platform: NodeJS.Platform
  /** Secrets that are looked for where the keychain has none of the name. */
  fallback: SecretStore
}

const keychainFile = z.object({ version: z.literal(1), secrets: z.record(z.string(), z.string()) })
/** An entry names itself, so that entries cannot be exchanged for each other. */
const entry = z.object({ name: z.string(), value: z.string() })

const withoutKeyring =
  'This desktop has no keyring that Penstock may use, and without one a secret would be kept as good as readable. ' +
  'Install and unlock GNOME Keyring or KWallet and start again, keep it with `penstock secret set NAME`, ' +
  'or use an environment variable.'

export class KeychainStore implements SecretStore {
  readonly #options: KeychainOptions
  readonly #file: string

  constructor(options: KeychainOptions) {
    this.#options = options
    this.#file = path.join(options.stateFolder, 'secrets-keychain.json')
  }

  async read(name: string): Promise<string | null> {
    const encrypted = (await this.#load()).get(name)
    if (encrypted === undefined) return this.#options.fallback.read(name)
    await this.#requireKeychain()
    const { value, shouldReEncrypt } = await this.#decrypt(name, encrypted)
    if (shouldReEncrypt) await this.write(name, value)
    return value
  }

  async list(): Promise<string[]> {
    const own = (await this.#load()).keys()
    return [...new Set([...own, ...(await this.#options.fallback.list())])].toSorted()
  }

  async write(name: string, value: string): Promise<void> {
    checkSecretName(name)
    await this.#requireKeychain()
    const encrypted = await this.#encrypt(name, value)
    await this.#change((secrets) => {
      checkSecretValue(value, secrets.has(name) ? 0 : secrets.size)
      secrets.set(name, encrypted)
      return true
    })
  }

  async remove(name: string): Promise<boolean> {
    const isRemoved = await this.#change((secrets) => secrets.delete(name))
    return (await this.#options.fallback.remove(name)) || isRemoved
  }

  async #requireKeychain(): Promise<void> {
    const { safeStorage, platform } = this.#options
    const isAvailable = await safeStorage.isAsyncEncryptionAvailable().catch((error: unknown) => {
      throw unusable(`the keychain cannot be used: ${wordsOf(error)}`, error)
    })
    if (platform === 'linux') {
      const backend = safeStorage.getSelectedStorageBackend()
      if (backend === 'basic_text' || backend === 'unknown') throw unusable(withoutKeyring)
    }
    if (!isAvailable)
      throw unusable('The keychain is locked or was refused to Penstock: unlock it and try again.')
  }

  async #encrypt(name: string, value: string): Promise<string> {
    try {
      const text = JSON.stringify({ name, value })
      return (await this.#options.safeStorage.encryptStringAsync(text)).toString('base64')
    } catch (error) {
      throw unusable(`the keychain does not encrypt: ${wordsOf(error)}`, error)
    }
  }

  async #decrypt(name: string, encrypted: string): Promise<{ value: string; shouldReEncrypt: boolean }> {
    try {
      const bytes = Buffer.from(encrypted, 'base64')
      const { result, shouldReEncrypt } = await this.#options.safeStorage.decryptStringAsync(bytes)
      const kept = entry.parse(JSON.parse(result))
      if (kept.name === name) return { value: kept.value, shouldReEncrypt }
    } catch {
      // What went wrong is not carried along: its words could hold a piece of what was decrypted.
      throw unusable(
        `the secret ${name} in ${this.#file} cannot be decrypted: it was changed, or the keychain has a new key. Set it again.`,
      )
    }
    throw unusable(`the secret ${name} in ${this.#file} is that of another name. Set it again.`)
  }

  async #load(): Promise<Map<string, string>> {
    let text: string
    try {
      text = await readFile(this.#file, 'utf8')
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Map()
      throw unusable(`${this.#file} cannot be read: ${wordsOf(error)}`, error)
    }
    try {
      return new Map(Object.entries(keychainFile.parse(JSON.parse(text)).secrets))
    } catch (error) {
      throw unusable(`${this.#file} is no secret file of this version of Penstock`, error)
    }
  }

  async #change(change: (secrets: Map<string, string>) => boolean): Promise<boolean> {
    await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 })
    return withFileLock(`${this.#file}.lock`, async () => {
      const secrets = await this.#load()
      if (!change(secrets)) return false
      const text = `${JSON.stringify({ version: 1, secrets: Object.fromEntries(secrets) })}\n`
      await replaceFile(this.#file, text, { mode: 0o600 }).catch((error: unknown) => {
        throw unusable(`${this.#file} cannot be written: ${wordsOf(error)}`, error)
      })
      return true
    })
  }
}
