/** Looks through files for texts that must not be there, in the forms in which bytes are usually written. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Every file under the folders that holds one of the secrets, as `file: secret as form`. */
export function findSecrets(folders: readonly string[], secrets: readonly string[]): string[] {
  const wanted = secrets.flatMap((secret) =>
    [...formsOf(secret)].map(([form, bytes]) => ({ words: `${secret} as ${form}`, bytes })),
  )
  return folders.flatMap(filesUnder).flatMap((file) => {
    const content = readFileSync(file)
    return wanted.filter(({ bytes }) => content.includes(bytes)).map(({ words }) => `${file}: ${words}`)
  })
}

/** @param secret letters, digits, and what JSON may escape */
export function formsOf(secret: string): Map<string, Buffer> {
  const bytes = Buffer.from(secret)
  const escaped = Array.from(
    secret,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  ).join('')
  return new Map([
    ['text', bytes],
    ['JSON', Buffer.from(JSON.stringify(secret).slice(1, -1))],
    ['escapes', Buffer.from(escaped)],
    ['UTF-16LE', Buffer.from(secret, 'utf16le')],
    ['UTF-16BE', Buffer.from(secret, 'utf16le').swap16()],
    ['hexadecimal', Buffer.from(bytes.toString('hex'))],
    ['HEXADECIMAL', Buffer.from(bytes.toString('hex').toUpperCase())],
    ...[0, 1, 2].map((shift) => [`base64 + ${String(shift)}`, base64Inside(bytes, shift)] as const),
  ])
}

/** What base64 makes of bytes that stand `shift` bytes into a group of three, whatever is around them. */
function base64Inside(bytes: Buffer, shift: number): Buffer {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replaceAll('=', '')
  return Buffer.from(text.slice(shift === 0 ? 0 : 4, -2))
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
}
