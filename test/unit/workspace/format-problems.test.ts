import { expect, it } from 'vitest'
import type { Problem } from '#contract/workspace.ts'
import { formatProblems } from '../../../src-main/workspace/format-problems.ts'
import { secretInFile } from '../../../src-main/workspace/problem-draft.ts'

const problem: Problem = {
  file: '/w/penstock.yaml',
  line: 2,
  column: 1,
  path: 'sorces',
  message: 'unknown key "sorces"',
  hint: 'write "sources"',
}

it('shows the place, the line with a caret, and what to write', () => {
  const text = 'penstock: 1\r\nsorces: {}\r\n\tname: x\r\n'
  const second = { ...problem, line: 3, column: 2, path: '', message: 'a tab', hint: '' }
  expect(formatProblems([problem, second], () => text)).toBe(
    [
      '/w/penstock.yaml:2:1  sorces: unknown key "sorces"',
      '  2 | sorces: {}',
      '      ^',
      '  write "sources"',
      '',
      '/w/penstock.yaml:3:2  a tab',
      '  3 | \tname: x',
      '      \t^',
    ].join('\n'),
  )
})

it('shows the part of a long line where the fault is', () => {
  const line = `${'a'.repeat(300)}X${'b'.repeat(300)}`
  const rows = formatProblems([{ ...problem, line: 1, column: 301 }], () => line).split('\n')
  const caret = rows[2]?.indexOf('^') ?? -1
  expect(rows[1]?.[caret]).toBe('X')
  expect(rows[1]?.length).toBeLessThan(120)
})

it('shows no secret that somebody wrote into the file, whatever else is wrong in its line', () => {
  const text = '    key: { colour: 1, password: hunter2, x: 1 }'
  const secret = { ...problem, line: 1, column: 33, path: 'password', message: secretInFile }
  const others = [
    { ...problem, line: 1, column: 12, path: 'colour' },
    { ...problem, line: 1, column: 42, path: 'x' },
  ]
  const shown = formatProblems([...others, secret], () => text)
  expect(shown).not.toContain('hunter2')
  expect(shown.split('\n').filter((row) => row.startsWith('  1 | '))).toEqual(
    Array.from({ length: 3 }, () => '  1 |     key: { colour: 1, password: …'),
  )
})

it('goes without the line where the file cannot be read', () => {
  const expected = '/w/penstock.yaml:2:1  sorces: unknown key "sorces"\n  write "sources"'
  expect(formatProblems([problem], () => null)).toBe(expected)
  expect(formatProblems([problem])).toBe(expected)
})

it('is empty where there are no problems', () => {
  expect(formatProblems([])).toBe('')
})
