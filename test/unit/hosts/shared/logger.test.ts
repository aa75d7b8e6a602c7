import { mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { createFileLogger } from '../../../../src-main/hosts/shared/logger.ts'

const temporaryFolder = (): string => mkdtempSync(path.join(os.tmpdir(), 'penstock-log-'))

it('makes the folder and writes each line at once, with stack and fields', () => {
  const { logger, file } = createFileLogger(path.join(temporaryFolder(), 'a', 'b'))
  logger.error({ err: new Error('broken'), part: 'engine' }, 'could not stop a part')
  logger.debug({}, 'too much detail')
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    msg: 'could not stop a part',
    part: 'engine',
    err: { message: 'broken', stack: expect.stringContaining('logger.test.ts') as string },
  })
})

it('goes on in the log of the last start, and puts a large one aside', () => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'penstock.log')
  writeFileSync(file, 'before\n')
  createFileLogger(folder).logger.info({}, 'again')
  expect(readFileSync(file, 'utf8')).toMatch(/^before\n\{.*again.*\}\n$/u)
  truncateSync(file, 9 * 1024 * 1024)
  createFileLogger(folder).logger.info({}, 'afresh')
  expect(statSync(`${file}.1`).size).toBe(9 * 1024 * 1024)
  expect(readFileSync(file, 'utf8')).toMatch(/^\{.*afresh.*\}\n$/u)
})

it('says which folder cannot be used', () => {
  const file = path.join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  const fault = expect.objectContaining({
    code: 'STATE_UNUSABLE',
    message: expect.stringContaining(`the state folder ${file} cannot be used: EEXIST`) as string,
  }) as Error
  expect(() => createFileLogger(file)).toThrow(fault)
})
