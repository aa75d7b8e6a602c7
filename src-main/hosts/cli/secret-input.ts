/**
 * A secret from the person: from a pipe or file as it is, or typed at a prompt that shows nothing. Never from arguments,
 * which every user of the machine can read. Main thread; called by the command secret.
 */
import { AppError } from '#contract/errors.ts'
import { mostSecretBytes } from '../shared/secrets/secret-store.ts'

/** The part of stdin that is used. */
export interface SecretStream extends AsyncIterable<Buffer | string> {
  readonly isTTY?: boolean
  setRawMode?(isRaw: boolean): unknown
}

const endOfInput = '\u0004'
const interrupt = '\u0003'
const erase = new Set(['\u007f', '\b'])

/**
 * Reads one secret. Of piped input, one line end at the end is left out.
 * @param prompt writes the question where a person is asked
 * @throws AppError USAGE where it is interrupted, or longer than a secret may be
 */
export async function readSecretInput(input: SecretStream, prompt: (text: string) => void): Promise<string> {
  if (input.isTTY !== true) return (await readAll(input)).replace(/\r?\n$/u, '')
  prompt('Secret (nothing is shown): ')
  input.setRawMode?.(true)
  try {
    return await readTyped(input)
  } finally {
    input.setRawMode?.(false)
    prompt('\n')
  }
}

async function readAll(input: SecretStream): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > mostSecretBytes + 2) throw tooLong()
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function readTyped(input: SecretStream): Promise<string> {
  const typed: string[] = []
  const decoder = new TextDecoder()
  for await (const chunk of input) {
    for (const key of decoder.decode(Buffer.from(chunk), { stream: true })) {
      if (key === '\r' || key === '\n' || key === endOfInput) return typed.join('')
      if (key === interrupt) throw new AppError('USAGE', 'interrupted; nothing was kept')
      if (erase.has(key)) typed.pop()
      else typed.push(key)
      if (typed.length > mostSecretBytes) throw tooLong()
    }
  }
  return typed.join('')
}

function tooLong(): AppError {
  return new AppError(
    'USAGE',
    `the secret is longer than ${String(mostSecretBytes / 1024)} KB; nothing was kept`,
  )
}
