import { expect, test } from 'vitest'
import type { SessionView } from '../../../../src-main/contract/session.ts'
import { changedFileWords } from '../../../../src-renderer/shell/changed-file-words.ts'

const open: SessionView = {
  version: 2,
  state: 'open',
  file: '/w/penstock.yaml',
  error: null,
  problems: [],
  pending: null,
  retry: null,
  recent: [],
  folder: '/w',
}
const problem = {
  file: '/w/penstock.yaml',
  line: 4,
  column: 7,
  path: 'tables.t',
  message: 'there is no source "x"',
  hint: 'write "s"',
}
const error = { code: 'WORKSPACE_INVALID' as const, message: '/w/penstock.yaml has 2 problems', details: {} }

test('nothing is said of a file that is in use', () => {
  expect(changedFileWords(open)).toBeNull()
  expect(changedFileWords({ ...open, state: 'failed', error })).toBeNull()
})

test('a fault names its place, and how many more there are', () => {
  const words = changedFileWords({ ...open, error, problems: [problem, { ...problem, line: 9, hint: '' }] })
  expect(words).toEqual({
    heading: 'The changed penstock.yaml is not in use',
    detail:
      'line 4, column 7: there is no source "x". write "s" (and 1 more). What ran runs on; correct the file and save it.',
    all: 'line 4, column 7: there is no source "x". write "s"\nline 9, column 7: there is no source "x"',
    isFault: true,
    action: null,
  })
})

test('what would be lost is said before it is applied', () => {
  const words = changedFileWords({
    ...open,
    pending: { losses: ['rollup r is removed with all its windows'] },
  })
  expect(words).toMatchObject({
    detail: 'Applying it: rollup r is removed with all its windows.',
    isFault: false,
    action: 'Apply',
  })
})

test('what may pass is tried again, by itself or by a person', () => {
  const full = { code: 'STORE_FULL' as const, message: 'the store is full: raise `store.limit`', details: {} }
  expect(changedFileWords({ ...open, error: full, retry: 'automatic' })).toEqual({
    heading: 'The changed penstock.yaml is not in use yet',
    detail: 'the store is full: raise `store.limit`. What ran runs on; the file is tried again by itself.',
    all: 'the store is full: raise `store.limit`',
    isFault: true,
    action: 'Try again',
  })
  expect(changedFileWords({ ...open, error: full, retry: 'manual' })).toMatchObject({
    detail:
      'the store is full: raise `store.limit`. What ran runs on; try the file again, or correct it and save it.',
    action: 'Try again',
  })
})
