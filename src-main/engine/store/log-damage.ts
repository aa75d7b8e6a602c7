/**
 * Finds a damaged write-ahead log before SQLite reads it. SQLite takes the log up to the first frame that does not add up,
 * and drops the rest without a word, which is right where a write was cut off at its end. Where whole transactions stand
 * behind that frame it was damaged later; what of them had reached the database would then be mixed with older pages.
 * Where the machine has stopped since, its disk may have been given later frames first: those had not reached the database,
 * and the log is cut there, as SQLite does.
 * Format: sqlite.org/fileformat2.html#the_write_ahead_log. Store thread only; reads only a log that was left behind.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import os from 'node:os'

const headerBytes = 32
const frameHeaderBytes = 24
const magic = 0x377f0682

/** Two sums over 32-bit words. */
type Sums = [number, number]

/** @returns what is wrong; null where the log is whole, ends in an unfinished transaction, or is not there */
export function findLogDamage(storeFile: string): string | null {
  let descriptor: number
  try {
    descriptor = openSync(`${storeFile}-wal`, 'r')
  } catch {
    // No log: nothing to look at. One that cannot be read is met by SQLite.
    return null
  }
  try {
    return inspect(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function inspect(descriptor: number): string | null {
  const { size, mtimeMs } = fstatSync(descriptor)
  const bootedAt = Date.now() - os.uptime() * 1000
  if (size < headerBytes || mtimeMs < bootedAt) return null
  const header = readAt(descriptor, 0, headerBytes)
  const word = header.readUInt32BE(0)
  const isBig = word === magic + 1
  const pageBytes = header.readUInt32BE(8)
  const frameBytes = frameHeaderBytes + pageBytes
  let sums = sum(header.subarray(0, 24), [0, 0], isBig)
  const isHeaderWhole =
    (word === magic || isBig) && sums[0] === header.readUInt32BE(24) && sums[1] === header.readUInt32BE(28)
  // A log that holds no whole transaction has nothing to lose; neither has one whose first write was cut off.
  if (!isHeaderWhole) return size > headerBytes ? 'the header of its write-ahead log is damaged' : null
  const salt = header.subarray(16, 24)
  const frames = Math.floor((size - headerBytes) / frameBytes)
  const frame = Buffer.allocUnsafeSlow(frameBytes)
  for (let index = 0; index < frames; index++) {
    readSync(descriptor, frame, 0, frameBytes, headerBytes + index * frameBytes)
    // Frames of another salt are of an earlier round: the log ends here.
    if (!frame.subarray(8, 16).equals(salt))
      return lost(descriptor, { salt, frameBytes, frames, from: index })
    sums = sum(frame.subarray(frameHeaderBytes), sum(frame.subarray(0, 8), sums, isBig), isBig)
    if (sums[0] !== frame.readUInt32BE(16) || sums[1] !== frame.readUInt32BE(20))
      return lost(descriptor, { salt, frameBytes, frames, from: index })
  }
  return null
}

interface Rest {
  salt: Buffer
  frameBytes: number
  frames: number
  /** The first frame that does not add up. */
  from: number
}

/** Whether later frames of the same round end a transaction. */
function lost(descriptor: number, { salt, frameBytes, frames, from }: Rest): string | null {
  let transactions = 0
  for (let index = from + 1; index < frames; index++) {
    const header = readAt(descriptor, headerBytes + index * frameBytes, frameHeaderBytes)
    if (header.subarray(8, 16).equals(salt) && header.readUInt32BE(4) !== 0) transactions++
  }
  if (transactions === 0) return null
  return `its write-ahead log is damaged at frame ${String(from + 1)} of ${String(frames)}, before ${String(transactions)} whole ${transactions === 1 ? 'transaction' : 'transactions'}`
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length)
  readSync(descriptor, bytes, 0, length, position)
  return bytes
}

function sum(bytes: Buffer, [first, second]: Sums, isBig: boolean): Sums {
  const words = wordsOf(bytes, isBig)
  let one = first | 0
  let two = second | 0
  for (let at = 0; at < words.length; at += 2) {
    one = (one + (words[at] ?? 0) + two) | 0
    two = (two + (words[at + 1] ?? 0) + one) | 0
  }
  return [one >>> 0, two >>> 0]
}

const isBigHere = os.endianness() === 'BE'

/** The words where they stand; turned around where the log was written on a machine of the other kind. */
function wordsOf(bytes: Buffer, isBig: boolean): Int32Array {
  const own = isBig === isBigHere ? bytes : Buffer.from(bytes).swap32()
  return new Int32Array(own.buffer, own.byteOffset, own.byteLength / 4)
}
