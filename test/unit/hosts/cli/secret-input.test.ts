/** Secrets read from a pipe and typed at a prompt. */
import { describe, expect, it } from 'vitest'
import { readSecretInput } from '../../../../src-main/hosts/cli/secret-input.ts'
import type { SecretStream } from '../../../../src-main/hosts/cli/secret-input.ts'

interface FakeStream extends SecretStream {
  readonly modes: boolean[]
}

function stream(chunks: readonly (string | Buffer)[], isTTY: boolean): FakeStream {
  const modes: boolean[] = []
  return {
    isTTY,
    modes,
    setRawMode: (isRaw) => modes.push(isRaw),
    async *[Symbol.asyncIterator]() {
      for (const chunk of chunks) yield await Promise.resolve(chunk)
    },
  }
}

async function read(chunks: readonly (string | Buffer)[], isTTY: boolean) {
  const prompts: string[] = []
  const input = stream(chunks, isTTY)
  const value = await readSecretInput(input, (text) => prompts.push(text)).catch((error: unknown) => error)
  return { value, prompts, modes: input.modes }
}

describe('piped', () => {
  it.each([
    [['secret\n'], 'secret'],
    [['secret\r\n'], 'secret'],
    [['sec', 'ret'], 'secret'],
    [['two\nlines\n\n'], 'two\nlines\n'],
    [['  spaces  \n'], '  spaces  '],
    [[], ''],
  ])('%j is taken as it is, but for one line end', async (chunks, value) => {
    expect(await read(chunks, false)).toEqual({ value, prompts: [], modes: [] })
  })

  it('keeps characters whole that come in two chunks', async () => {
    const bytes = Buffer.from('pässwörd')
    expect((await read([bytes.subarray(0, 2), bytes.subarray(2)], false)).value).toBe('pässwörd')
  })

  it('is refused where it is too long', async () => {
    const { value } = await read(['x'.repeat(70_000)], false)
    expect(value).toMatchObject({ code: 'USAGE' })
  })
})

describe('typed', () => {
  it('shows nothing of it, and leaves the terminal as it was', async () => {
    const { value, prompts, modes } = await read(['s', 'ec', 'rex', '\u007f', 't', '\r', 'more'], true)
    expect(value).toBe('secret')
    expect(prompts).toEqual(['Secret (nothing is shown): ', '\n'])
    expect(modes).toEqual([true, false])
  })

  it('keeps characters whole that come in two chunks', async () => {
    const bytes = Buffer.from('ä\r')
    expect((await read([bytes.subarray(0, 1), bytes.subarray(1)], true)).value).toBe('ä')
  })

  it('ends at the end of input', async () => {
    expect((await read(['abc\u0004'], true)).value).toBe('abc')
    expect((await read(['abc'], true)).value).toBe('abc')
  })

  it('keeps nothing where it is interrupted', async () => {
    const { value, modes } = await read(['abc\u0003'], true)
    expect(value).toMatchObject({ code: 'USAGE', message: 'interrupted; nothing was kept' })
    expect(modes).toEqual([true, false])
  })
})
