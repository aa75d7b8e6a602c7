/** The file of the log: a full disk stops nothing and is told afterwards, and the file does not grow for ever. */
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { LogFile, keptLogBytes } from '../../../../src-main/hosts/shared/log-file.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFile(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-log-file-'))
  folders.push(folder)
  return path.join(folder, 'penstock.log')
}

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n')

/** A disk that takes so many bytes. */
function diskOf(room: number) {
  const disk = {
    room,
    writeSync(descriptor: number, bytes: Uint8Array): number {
      if (disk.room === 0) throw new Error('ENOSPC: no space left on device, write')
      const taken = bytes.subarray(0, disk.room)
      disk.room -= taken.length
      return writeSync(descriptor, taken)
    },
  }
  return disk
}

describe('a disk that is full', () => {
  it('stops nothing; what was left out is counted by the next line that is written', () => {
    const file = newFile()
    const disk = diskOf(6)
    const log = new LogFile(file, disk)
    for (const line of ['first\n', 'second\n', 'third\n']) log.write(line)
    disk.room = 1000
    log.write('fourth\n')
    log.write('fifth\n')
    const [first, told, ...rest] = linesOf(file)
    expect([first, ...rest]).toEqual(['first', 'fourth', 'fifth'])
    expect(JSON.parse(told ?? '')).toMatchObject({
      level: 40,
      lines: 2,
      reason: 'ENOSPC: no space left on device, write',
    })
  })

  it('leaves a line that was cut off alone on its line', () => {
    const file = newFile()
    const disk = diskOf(3)
    const log = new LogFile(file, disk)
    log.write('first\n')
    disk.room = 1000
    log.write('second\n')
    const [cut, told, last] = linesOf(file)
    expect([cut, last]).toEqual(['fir', 'second'])
    expect(JSON.parse(told ?? '')).toMatchObject({ lines: 1 })
  })
})

describe('a file that has grown large', () => {
  it('is put aside while it is written, also by several processes', () => {
    const file = newFile()
    const [one, other] = [new LogFile(file), new LogFile(file)]
    truncateSync(file, keptLogBytes)
    const large = `${'x'.repeat(keptLogBytes)}\n`
    one.write(large)
    one.write('one\n')
    expect(statSync(`${file}.1`).size).toBe(2 * keptLogBytes + 1)
    other.write(large)
    other.write('other\n')
    expect(linesOf(file)).toEqual(['one', 'other'])
    expect(statSync(`${file}.1`).size).toBe(3 * keptLogBytes + 2)
  })

  it('begins anew where somebody removed it', () => {
    const file = newFile()
    const log = new LogFile(file)
    rmSync(file)
    log.write(`${'x'.repeat(keptLogBytes)}\n`)
    log.write('afresh\n')
    expect(linesOf(file)).toEqual(['afresh'])
  })
})
