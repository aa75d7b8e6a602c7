import fc from 'fast-check'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { limits } from '../../../../src-main/contract/limits.ts'
import { type LineBlock, LineSplitter, readLines } from '../../../../src-main/engine/ingest/line-reader.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'penstock-lines-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

function file(name: string, content: Uint8Array | string): string {
  const at = path.join(folder, name)
  writeFileSync(at, content)
  return at
}

function linesOf(block: LineBlock | null): string[] {
  if (block === null) return []
  return Array.from({ length: block.count }, (_, index) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      block.bytes.subarray(block.starts[index], block.ends[index]),
    ),
  )
}

async function allLines(at: string): Promise<string[]> {
  const lines: string[] = []
  for await (const block of readLines(at)) lines.push(...linesOf(block))
  return lines
}

describe('LineSplitter', () => {
  it('gives the same lines however the bytes are cut', () => {
    const line = fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\n\r\ufeff]/g, ''))
    fc.assert(
      fc.property(
        fc.array(line),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (lines, ends, cuts) => {
          const text = lines.join('\n') + (ends && lines.length > 0 ? '\n' : '')
          const bytes = new TextEncoder().encode(text)
          const splitter = new LineSplitter()
          const found: string[] = []
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1
            found.push(...linesOf(splitter.push(bytes.subarray(at, at + size))))
            at += size
          }
          found.push(...linesOf(splitter.finish()))
          const expected =
            text.endsWith('\n') || text === '' ? text.split('\n').slice(0, -1) : text.split('\n')
          expect(found).toEqual(expected)
        },
      ),
    )
  })

  it('drops carriage returns at line ends and a byte order mark at the start only', () => {
    const splitter = new LineSplitter()
    expect(linesOf(splitter.push(new TextEncoder().encode('\ufeffa\r\nb\r\n\r\n')))).toEqual(['a', 'b', ''])
    expect(linesOf(splitter.push(new TextEncoder().encode('\ufeffc\n')))).toEqual(['\ufeffc'])
  })

  it('cuts a line over the limit to its head, counts it, and goes on with the next', () => {
    const splitter = new LineSplitter()
    const piece = new Uint8Array(1024 * 1024).fill(0x61)
    for (let megabytes = 0; megabytes < 50; megabytes++) expect(splitter.push(piece)).toBeNull()
    const block = splitter.push(new TextEncoder().encode('bc\nnext\n'))
    expect(linesOf(block)).toEqual(['', 'next'])
    const oversized = block?.oversized?.get(0)
    expect(oversized?.sizeBytes).toBe(50 * 1024 * 1024 + 2)
    expect(oversized?.head.length).toBe(limits.deadLetterBytes)
  })
})

describe('readLines', () => {
  const text = Array.from({ length: 5000 }, (_, index) => `{"n":${String(index)}}`).join('\n')

  it.each([
    ['plain', (bytes: string) => bytes],
    ['gzip', (bytes: string) => gzipSync(bytes)],
    ['zstd', (bytes: string) => zstdCompressSync(bytes)],
  ])('reads %s by content, whatever the name says', async (name, pack) => {
    expect((await allLines(file(`${name}.ndjson`, pack(text)))).join('\n')).toBe(text)
  })

  it('reads several gzip members in one file', async () => {
    const both = Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd\n')])
    expect(await allLines(file('members.gz', both))).toEqual(['a', 'bc', 'd'])
  })

  it('reads several zstd frames in one file, and passes over frames for other programs', async () => {
    const other = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
    const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }
    const frames = [
      zstdCompressSync('a\nb'),
      other,
      zstdCompressSync('c\nd\n', checked),
      zstdCompressSync(''),
    ]
    expect(await allLines(file('frames.zst', Buffer.concat([...frames, zstdCompressSync('e')])))).toEqual([
      'a',
      'bc',
      'd',
      'e',
    ])
    expect(await allLines(file('other-first.zst', Buffer.concat([other, zstdCompressSync('a')])))).toEqual([
      'a',
    ])
    expect(
      (
        await allLines(
          file('long.zst', Buffer.concat([zstdCompressSync(text), zstdCompressSync(`\n${text}`)])),
        )
      ).join('\n'),
    ).toBe(`${text}\n${text}`)
  })

  it('says so where a later zstd frame is cut, or something else follows', async () => {
    const one = zstdCompressSync('a\n')
    for (const cut of [1, 5, 8, one.length - 1]) {
      const both = Buffer.concat([one, one.subarray(0, cut)])
      await expect(allLines(file('cut-frame.zst', both))).rejects.toThrow('its zstd data ends early')
    }
    const mixed = Buffer.concat([one, Buffer.from('{"n":1}\n')])
    await expect(allLines(file('mixed.zst', mixed))).rejects.toThrow('something else follows')
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 9, 0, 0, 0, 1])
    await expect(allLines(file('cut-other.zst', skipped))).rejects.toThrow('its zstd data ends early')
  })

  it('has no lines in an empty file', async () => {
    expect(await allLines(file('empty.ndjson', ''))).toEqual([])
  })

  it.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text)],
  ])(
    'gives every whole line before a cut %s file ends, then says that it ends early',
    async (name, packed) => {
      const at = file(`cut-${name}`, packed.subarray(0, packed.length - 200))
      const lines: string[] = []
      const reading = (async () => {
        for await (const block of readLines(at)) lines.push(...linesOf(block))
      })()
      await expect(reading).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE', details: { damaged: true } })
      await expect(reading).rejects.toThrow(`${at}: its ${name} data ends early`)
      expect(text.startsWith(lines.join('\n'))).toBe(true)
      expect(lines.length).toBeLessThan(5000)
    },
  )

  it('ends in the middle of a line that does not end, when told to', async () => {
    const line = new Uint8Array(8 * 1024 * 1024).fill(0x20)
    for (const at of [file('endless', line), file('endless.gz', gzipSync(line))]) {
      let asked = 0
      const lines = readLines(at, () => (asked += 1) === 2)
      await expect(lines.next()).resolves.toEqual({ done: true, value: undefined })
      expect(asked).toBe(2)
    }
  })

  it('says so where zstd data was made with a window that is not taken', async () => {
    // Magic number, no content size or checksum, and a window of 256 MB.
    const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 0x01, 0x00, 0x00)
    await expect(allLines(file('window.zst', frame))).rejects.toThrow(
      'its zstd data needs a window of more than 128 MB; compress it again without --long',
    )
  })

  it('says so where compressed data is damaged', async () => {
    const packed = gzipSync(text)
    packed.fill(0xff, 500, 600)
    await expect(allLines(file('damaged.gz', packed))).rejects.toThrow('its gzip data is damaged')
  })

  it('says why a file cannot be read', async () => {
    await expect(allLines(path.join(folder, 'none'))).rejects.toThrow('there is no such file')
    await expect(allLines(folder)).rejects.toThrow('it is a folder')
  })
})
