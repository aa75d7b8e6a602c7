/** Secrets in the encrypted file: they come back, to who has the key, and to nobody after a change by something else. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { EncryptedFileStore } from '../../../../../src-main/hosts/shared/secrets/encrypted-file.ts'
import { withFileLock } from '../../../../../src-main/hosts/shared/secrets/file-lock.ts'
import { temporaryFolders } from '../../temporary-folder.ts'

const folder = temporaryFolders()
const cost = 1024

function store(stateFolder: string, passphrase?: string): EncryptedFileStore {
  const environment = passphrase === undefined ? {} : { PENSTOCK_SECRET_KEY: passphrase }
  return new EncryptedFileStore({ stateFolder, environment, cost })
}

function modeOf(file: string): number {
  return statSync(file).mode & 0o777
}

function change(file: string, alter: (content: Record<string, unknown>) => object): void {
  const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  writeFileSync(file, JSON.stringify(alter(content)))
}

describe.each([
  ['PENSTOCK_SECRET_KEY', 'correct horse'],
  ['a key file', undefined],
])('with %s', (_name, passphrase) => {
  it('keeps, changes, lists and removes secrets over starts', async () => {
    const at = path.join(folder(), 'state')
    expect([await store(at, passphrase).read('a'), await store(at, passphrase).list()]).toEqual([null, []])
    const first = store(at, passphrase)
    await first.write('b', 'value of b')
    await first.write('a', 'ä "quoted"\nvalue')
    await first.write('b', 'another')
    const second = store(at, passphrase)
    expect(await second.list()).toEqual(['a', 'b'])
    expect([await second.read('a'), await second.read('b')]).toEqual(['ä "quoted"\nvalue', 'another'])
    expect([await second.remove('a'), await second.remove('a')]).toEqual([true, false])
    expect(await first.list()).toEqual(['b'])
  })

  it('writes files that only their owner can read, with neither name nor value in them', async () => {
    const at = path.join(folder(), 'state')
    await store(at, passphrase).write('name-of-it', 'value-of-it')
    for (const name of readdirSync(at)) {
      expect(modeOf(path.join(at, name))).toBe(0o600)
      expect(readFileSync(path.join(at, name), 'utf8')).not.toMatch(/name-of-it|value-of-it/u)
    }
    expect(readdirSync(at).toSorted()).toEqual(
      passphrase === undefined ? ['secrets.json', 'secrets.key'] : ['secrets.json'],
    )
    expect(modeOf(at)).toBe(0o700)
  })

  it.each([
    ['a byte of the secrets', (content) => ({ ...content, data: flip(String(content['data'])) })],
    ['the tag', (content) => ({ ...content, tag: flip(String(content['tag'])) })],
    ['a shorter tag', (content) => ({ ...content, tag: String(content['tag']).slice(0, 8) })],
    ['the nonce', (content) => ({ ...content, nonce: flip(String(content['nonce'])) })],
    ['nothing encrypted at all', (content) => ({ ...content, data: '' })],
  ] as [string, (content: Record<string, unknown>) => object][])(
    'notices that %s was changed, and leaves the file as it is',
    async (_what, alter) => {
      const at = folder()
      const file = path.join(at, 'secrets.json')
      await store(at, passphrase).write('a', 'value')
      change(file, alter)
      const before = readFileSync(file, 'utf8')
      const error = { code: 'SECRET_STORE_UNUSABLE', message: expect.stringContaining('was changed') }
      await expect(store(at, passphrase).read('a')).rejects.toMatchObject(error)
      await expect(store(at, passphrase).write('b', 'other')).rejects.toMatchObject(error)
      expect(readFileSync(file, 'utf8')).toBe(before)
      expect(readdirSync(at).filter((name) => /tmp|lock/u.test(name))).toEqual([])
    },
  )

  it.each(['', '{', '[]', '{"version":2}', '{"version":1}'])('refuses a file that holds %j', async (text) => {
    const at = folder()
    writeFileSync(path.join(at, 'secrets.json'), text)
    await expect(store(at, passphrase).list()).rejects.toMatchObject({ code: 'SECRET_STORE_UNUSABLE' })
  })

  it('loses nothing when many are written at once, by several processes even', async () => {
    const at = folder()
    const names = Array.from({ length: 12 }, (_, index) => `s${String(index).padStart(2, '0')}`)
    await Promise.all(names.map((name) => store(at, passphrase).write(name, `value of ${name}`)))
    expect(await store(at, passphrase).list()).toEqual(names)
  })
})

function flip(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
  return bytes.toString('base64')
}

describe('the key', () => {
  it('is asked for by name where it is missing, and told apart from a changed file where it is wrong', async () => {
    const at = folder()
    await store(at, 'correct horse').write('a', 'value')
    await expect(store(at).read('a')).rejects.toThrow(/PENSTOCK_SECRET_KEY, which is not set/u)
    await expect(store(at, 'wrong horse').read('a')).rejects.toThrow(/is not the one/u)
  })

  it('must not be short', async () => {
    await expect(store(folder(), 'short').write('a', 'value')).rejects.toMatchObject({
      code: 'SECRET_STORE_UNUSABLE',
    })
  })

  it('moves from the key file to the variable at the next change, and the key file goes', async () => {
    const at = folder()
    await store(at).write('a', 'value')
    expect(await store(at, 'correct horse').read('a')).toBe('value')
    expect(existsSync(path.join(at, 'secrets.key'))).toBe(true)
    await store(at, 'correct horse').write('b', 'other')
    expect(existsSync(path.join(at, 'secrets.key'))).toBe(false)
    expect(await store(at, 'correct horse').read('a')).toBe('value')
    await expect(store(at).read('a')).rejects.toThrow(/not set/u)
  })

  it('in a file that others can read, or that is gone, opens nothing', async () => {
    const at = folder()
    const keyFile = path.join(at, 'secrets.key')
    await store(at).write('a', 'value')
    chmodSync(keyFile, 0o644)
    await expect(store(at).read('a')).rejects.toThrow(/can be read by others/u)
    writeFileSync(keyFile, 'no key', { mode: 0o600 })
    chmodSync(keyFile, 0o600)
    await expect(store(at).read('a')).rejects.toThrow(/does not hold a key/u)
    mkdirSync(path.join(at, 'elsewhere'))
    change(path.join(at, 'secrets.json'), (content) => content)
    await expect(store(path.join(at, 'elsewhere')).read('a')).resolves.toBeNull()
  })
})

it.each(['', ' a', 'a ', 'a\nb', 'x'.repeat(201), '__proto__'])('refuses the name %j', async (name) => {
  await expect(store(folder()).write(name, 'value')).rejects.toMatchObject({ code: 'USAGE' })
})

it('refuses an empty value and one that is too long', async () => {
  const at = folder()
  await expect(store(at).write('a', '')).rejects.toMatchObject({ code: 'USAGE' })
  await expect(store(at).write('a', 'x'.repeat(64 * 1024 + 1))).rejects.toMatchObject({ code: 'USAGE' })
  expect(await store(at).list()).toEqual([])
})

it('says where nothing can be written', async () => {
  const at = path.join(folder(), 'file')
  writeFileSync(at, '')
  await expect(store(at).write('a', 'value')).rejects.toMatchObject({ code: 'SECRET_STORE_UNUSABLE' })
})

it('gives up on a lock that somebody keeps, and takes one that was left behind', async () => {
  const lock = path.join(folder(), 'lock')
  writeFileSync(lock, '')
  await expect(withFileLock(lock, () => Promise.resolve(1), 0)).rejects.toThrow(/another Penstock/u)
  const { utimesSync } = await import('node:fs')
  utimesSync(lock, 0, 0)
  expect(await withFileLock(lock, () => Promise.resolve(2))).toBe(2)
  expect(existsSync(lock)).toBe(false)
})
