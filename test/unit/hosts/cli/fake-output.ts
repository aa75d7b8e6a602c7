/** Output that keeps what a command writes, for tests of the CLI. */
import { OutputClosed } from '../../../../src-main/hosts/cli/output.ts'
import type { Output } from '../../../../src-main/hosts/cli/output.ts'

/** The output, and what was written. */
export interface FakeOutput extends Output {
  readonly written: string[]
  readonly notes: string[]
}

/** @param closesAfter writes after which the reader is gone */
export function createFakeOutput(closesAfter = Number.POSITIVE_INFINITY): FakeOutput {
  const written: string[] = []
  const notes: string[] = []
  return {
    written,
    notes,
    isTerminal: false,
    write(text) {
      if (written.length >= closesAfter) return Promise.reject(new OutputClosed())
      written.push(text)
      return Promise.resolve()
    },
    note: (line) => {
      notes.push(line)
    },
    prompt: () => undefined,
    flush: () => Promise.resolve(),
  }
}
