/** Secrets through the keychain of the system, over a fake of Electron's safeStorage. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { KeychainStore } from '../../../../src-main/hosts/electron/keychain-store.ts'
import type { SafeStorage } from '../../../../src-main/hosts/electron/keychain-store.ts'
import { EncryptedFileStore } from '../../../../src-main/hosts/shared/secrets/encrypted-file.ts'
import { temporaryFolders } from '../temporary-folder.ts'

const folder = temporaryFolders()

interface FakeKeychain extends SafeStorage {
  backend: string
  isAvailable: boolean
  /** Number of the key; what another one encrypted should be encrypted anew. */
  key: number
}

/** Turns bytes around and puts the number of the key in front; refuses what it did not make. */
function fakeKeychain(): FakeKeychain {
  return {
    backend: 'gnome_libsecret',
    isAvailable: true,
    key: 1,
    isAsyncEncryptionAvailable() {
      return Promise.resolve(this.isAvailable)
    },
    getSelectedStorageBackend() {
      return this.backend
    },
    encryptStringAsync(text) {
      return Promise.resolve(Buffer.concat([Buffer.from([this.key]), Buffer.from(text).toReversed()]))
    },
    decryptStringAsync(encrypted) {
      const [key = 0, ...bytes] = encrypted
      if (key === 0 || key > 9) return Promise.reject(new Error('Error while decrypting'))
      const result = Buffer.from(bytes.toReversed()).toString()
      return Promise.resolve({ result, shouldReEncrypt: key !== this.key })
    },
  }
}

function setUp(platform: NodeJS.Platform = 'linux') {
  const stateFolder = folder()
  const keychain = fakeKeychain()
  const fallback = new EncryptedFileStore({ stateFolder, environment: {} })
  const store = new KeychainStore({ safeStorage: keychain, stateFolder, platform, fallback })
  return { store, keychain, fallback, file: path.join(stateFolder, 'secrets-keychain.json') }
}

it('keeps, lists and removes secrets, and finds those of the command line', async () => {
  const { store, fallback } = setUp()
  await store.write('mine', 'value')
  await fallback.write('theirs', 'other')
  expect(await store.list()).toEqual(['mine', 'theirs'])
  expect([await store.read('mine'), await store.read('theirs'), await store.read('none')]).toEqual([
    'value',
    'other',
    null,
  ])
  expect([await store.remove('mine'), await store.remove('theirs'), await store.remove('none')]).toEqual([
    true,
    true,
    false,
  ])
  expect(await store.list()).toEqual([])
})

it('prefers its own over one of the command line', async () => {
  const { store, fallback } = setUp()
  await fallback.write('same', 'old')
  await store.write('same', 'new')
  expect(await store.read('same')).toBe('new')
})

it('writes no value in the clear', async () => {
  const { store, file } = setUp()
  await store.write('mine', 'value-of-it')
  expect(readFileSync(file, 'utf8')).not.toContain('value-of-it')
})

describe('without a keyring', () => {
  it.each(['basic_text', 'unknown'])('refuses %s on Linux and says what to do', async (backend) => {
    const { store, keychain, file } = setUp()
    keychain.backend = backend
    await expect(store.write('mine', 'value')).rejects.toMatchObject({
      code: 'SECRET_STORE_UNUSABLE',
      message: expect.stringMatching(/GNOME Keyring or KWallet.*penstock secret set.*environment variable/u),
    })
    expect(existsSync(file)).toBe(false)
  })

  it('still reads what the command line keeps', async () => {
    const { store, keychain, fallback } = setUp()
    keychain.backend = 'basic_text'
    await fallback.write('theirs', 'other')
    expect(await store.read('theirs')).toBe('other')
  })

  it('does not ask for a backend where there is only one', async () => {
    const { store, keychain } = setUp('darwin')
    keychain.backend = 'basic_text'
    await store.write('mine', 'value')
    expect(await store.read('mine')).toBe('value')
  })

  it('refuses a locked keychain', async () => {
    const { store, keychain } = setUp('darwin')
    keychain.isAvailable = false
    await expect(store.write('mine', 'value')).rejects.toThrow(/unlock it/u)
  })
})

it('encrypts anew what an older key encrypted', async () => {
  const { store, keychain, file } = setUp()
  await store.write('mine', 'value')
  keychain.key = 2
  expect(await store.read('mine')).toBe('value')
  const { secrets } = JSON.parse(readFileSync(file, 'utf8')) as { secrets: Record<string, string> }
  expect(Buffer.from(secrets['mine'] ?? '', 'base64')[0]).toBe(2)
})

describe('a file that was changed', () => {
  function alter(file: string, change: (secrets: Record<string, string>) => Record<string, string>): void {
    const { secrets } = JSON.parse(readFileSync(file, 'utf8')) as { secrets: Record<string, string> }
    writeFileSync(file, JSON.stringify({ version: 1, secrets: change(secrets) }))
  }

  it('gives no secret under the name of another', async () => {
    const { store, file } = setUp()
    await store.write('a', 'value of a')
    await store.write('b', 'value of b')
    alter(file, ({ a = '', b = '' }) => ({ a: b, b: a }))
    await expect(store.read('a')).rejects.toMatchObject({ code: 'SECRET_STORE_UNUSABLE' })
  })

  it.each([[Buffer.from([99, 1]).toString('base64')], [Buffer.from([1, 65, 66]).toString('base64')]])(
    'is told, without a piece of what it held: %s',
    async (bytes) => {
      const { store, file } = setUp()
      await store.write('a', 'value')
      alter(file, () => ({ a: bytes }))
      const error: unknown = await store.read('a').catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: 'SECRET_STORE_UNUSABLE' })
      expect(error).not.toHaveProperty('cause')
      expect(String(error)).not.toContain('BA')
    },
  )

  it('is refused where it is no JSON', async () => {
    const { store, file } = setUp()
    writeFileSync(file, 'nonsense')
    await expect(store.list()).rejects.toMatchObject({ code: 'SECRET_STORE_UNUSABLE' })
  })
})
