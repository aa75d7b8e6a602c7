import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import { exitCodeOf, faultText } from '../../../../src-main/hosts/cli/exit-code.ts'
import { createOutput, OutputClosed } from '../../../../src-main/hosts/cli/output.ts'

function streamThat(onWrite: (done: (error?: Error | null) => void) => void): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => {
      onWrite(done)
    },
  })
}
const sink = (): Writable =>
  streamThat((done) => {
    done()
  })

describe('output', () => {
  it('waits until what it wrote was taken', async () => {
    const taken = Promise.withResolvers<undefined>()
    const output = createOutput(
      streamThat(
        (done) =>
          void taken.promise.then(() => {
            done()
          }),
      ),
      sink(),
    )
    let isWritten = false
    const writing = output.write('a').then(() => {
      isWritten = true
    })
    await Promise.resolve()
    expect(isWritten).toBe(false)
    taken.resolve(undefined)
    await writing
  })

  it('says that the reader has gone, and nothing is thrown elsewhere', async () => {
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    const output = createOutput(
      streamThat((done) => {
        done(broken)
      }),
      sink(),
    )
    await expect(output.write('a')).rejects.toBeInstanceOf(OutputClosed)
    await expect(output.write('b')).rejects.toBeInstanceOf(OutputClosed)
  })

  it('says of any other fault that it is one of the output', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    const output = createOutput(
      streamThat((done) => {
        done(full)
      }),
      sink(),
    )
    await expect(output.write('a')).rejects.toMatchObject({
      code: 'OUTPUT_FAILED',
      message: 'the output cannot be written: no space left',
      cause: full,
    })
  })

  it('goes on when nobody reads the notes', async () => {
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    const output = createOutput(
      sink(),
      streamThat((done) => {
        done(broken)
      }),
    )
    output.note('a')
    output.note('b')
    await output.flush()
  })

  it('ends quietly with 0 when the reader of a pipe has gone', async () => {
    const module = path.resolve(import.meta.dirname, '../../../../src-main/hosts/cli/output.ts')
    const script = `
      import { createOutput, OutputClosed } from ${JSON.stringify(module)}
      const output = createOutput(process.stdout, process.stderr)
      try { for (;;) await output.write('x'.repeat(10_000)) }
      catch (error) { process.exit(error instanceof OutputClosed ? 0 : 1) }`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [code] = (await once(child, 'exit')) as [number]
    expect(code).toBe(0)
  })
})

describe('faults', () => {
  it.each([
    [
      new AppError('STORE_MISSING', 'There is no store.'),
      1,
      'penstock: There is no store.\nStart the workspace with',
    ],
    [new AppError('USAGE', 'Give a path.'), 2, 'penstock: Give a path.\nSee --help.'],
    [new AppError('NOT_FOUND', 'Not there.'), 1, 'penstock: Not there.'],
    [new Error('broken'), 1, 'penstock: broken\nSee the log'],
    ['text', 1, 'penstock: text\nSee the log'],
    [new OutputClosed(), 0, ''],
  ])('%s ends with %i', (error, code, words) => {
    expect(exitCodeOf(error)).toBe(code)
    expect(faultText(error).startsWith(words)).toBe(true)
  })
})
