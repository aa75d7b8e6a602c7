/** What `npm test` chooses, counts and says at its end. */
import { describe as group, expect, test } from 'vitest'
import { chooseStages, stages } from '../../../build/testing/stages.js'
import { crashedFile, fullMessage } from '../../../build/testing/node-crashes.js'
import { addUp, describe, exitCode } from '../../../build/testing/summary.js'

const clean = { passed: 3, failed: [], skipped: [] }
const unable = { name: 'electron > opens', reason: 'cannot run here: no binary' }
const lazy = { name: 'slow one', reason: 'takes long' }

group('choosing stages', () => {
  test('takes all of them, in order, when none is named', () => {
    const usual = stages.filter(({ name }) => name !== 'soak')
    expect(chooseStages([])).toEqual({ chosen: usual, rest: [] })
    expect(chooseStages(['soak']).chosen.map(({ name }) => name)).toEqual(['soak'])
  })

  test('keeps their order, and leaves the rest to the test runner', () => {
    const { chosen, rest } = chooseStages(['unit', 'lint', 'test/unit/build', 'lint'])
    expect(chosen.map((stage) => stage.name)).toEqual(['lint', 'unit'])
    expect(rest).toEqual(['test/unit/build', 'lint'])
  })
})

group('the end of a run', () => {
  test('is one line of counts when all is well', () => {
    expect(describe(addUp([clean, clean]), true)).toBe('6 passed, 0 failed, 0 skipped\n')
    expect(exitCode(clean, true)).toBe(0)
  })

  test('names what failed before the counts', () => {
    const total = addUp([clean, { passed: 0, failed: ['lint and format'], skipped: [] }])
    expect(describe(total, false)).toBe('FAILED   lint and format\n3 passed, 1 failed, 0 skipped\n')
    expect(exitCode(total, false)).toBe(1)
  })

  test('names each skip with its reason', () => {
    const total = { ...clean, skipped: [lazy, { name: 'mute', reason: '' }] }
    expect(describe(total, false)).toBe(
      'SKIPPED  slow one: takes long\nSKIPPED  mute: no reason given\n3 passed, 0 failed, 2 skipped\n',
    )
  })

  test('lets a skip pass on a desk, and in CI only where the machine cannot run the test', () => {
    expect(exitCode({ ...clean, skipped: [lazy] }, false)).toBe(0)
    expect(exitCode({ ...clean, skipped: [lazy] }, true)).toBe(1)
    expect(exitCode({ ...clean, skipped: [unable] }, true)).toBe(0)
  })
})

group('a crash of Node itself', () => {
  const file = '/w/test/integration/ingest.test.ts'
  const crash = (signal: string): Error =>
    new Error(
      `Worker exited unexpectedly with signal ${signal} during started state while running test file ${file}`,
    )

  test('is told from other errors, and names the file that runs once more', () => {
    const inPool = new Error('[vitest-pool]: Worker forks emitted error.', { cause: crash('SIGTRAP') })
    expect([crashedFile(inPool), crashedFile(crash('SIGTRAP'))]).toEqual([file, file])
    expect(crashedFile(crash('SIGSEGV'))).toBe(file)
    expect(fullMessage(inPool)).toContain(
      'forks emitted error. Worker exited unexpectedly with signal SIGTRAP',
    )
  })

  test('is named at the end of the output', () => {
    const total = addUp([clean, { ...clean, crashed: ['test/a.test.ts'] }])
    expect(describe(total, true)).toBe(
      'CRASHED  test/a.test.ts: Node itself; it ran once more\n6 passed, 0 failed, 0 skipped\n',
    )
  })

  test.each(['SIGKILL', 'SIGABRT'])('is not what ended with %s', (signal) => {
    expect(crashedFile(crash(signal))).toBeNull()
    expect(crashedFile(new Error('something else'))).toBeNull()
  })
})
