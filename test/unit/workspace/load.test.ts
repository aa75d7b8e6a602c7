import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import { loadWorkspace } from '../../../src-main/workspace/load.ts'

const text = 'penstock: 1\nsources: { s: { replay: { file: ./s.ndjson } } }\n'
let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'penstock-load-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const inFolder = (name: string): string => path.join(folder, name)

async function refusal(given: string): Promise<string> {
  const error: unknown = await loadWorkspace(given).catch((caught: unknown) => caught)
  if (!(error instanceof AppError)) throw new Error(`not refused: ${JSON.stringify(error)}`)
  return `${error.code} ${error.message.replaceAll(folder, '')}`
}

async function problem(bytes: Uint8Array | string): Promise<string> {
  await writeFile(inFolder('penstock.yaml'), bytes)
  const loaded = await loadWorkspace(folder)
  if ('workspace' in loaded) throw new Error('no problem')
  return loaded.problems
    .map((each) => `${String(each.line)}:${String(each.column)} ${each.message}`)
    .join('\n')
}

describe('a workspace on the disk', () => {
  it('is loaded from its folder or its file, and paths are relative to it', async () => {
    await writeFile(inFolder('penstock.yaml'), text)
    const fromFolder = await loadWorkspace(folder)
    const fromFile = await loadWorkspace(inFolder('penstock.yaml'))
    expect(fromFile).toEqual(fromFolder)
    expect(fromFolder).toMatchObject({
      workspace: {
        name: path.basename(folder),
        file: inFolder('penstock.yaml'),
        folder,
        sources: [{ input: { file: inFolder('s.ndjson') } }],
      },
    })
  })

  it('may have another file name, and may be reached through a link', async () => {
    await writeFile(inFolder('other.yaml'), text)
    await symlink(inFolder('other.yaml'), inFolder('link.yaml'))
    expect(await loadWorkspace(inFolder('other.yaml'))).toHaveProperty('workspace')
    expect(await loadWorkspace(inFolder('link.yaml'))).toHaveProperty('workspace')
  })

  it('is refused where there is none', async () => {
    expect(await refusal(inFolder('absent'))).toBe('WORKSPACE_NOT_FOUND /absent does not exist')
    expect(await refusal(folder)).toBe('WORKSPACE_NOT_FOUND there is no penstock.yaml in ')
    await writeFile(inFolder('file'), text)
    expect(await refusal(inFolder('file/penstock.yaml'))).toBe(
      'WORKSPACE_NOT_FOUND /file/penstock.yaml does not exist',
    )
  })

  it('is refused once its folder is gone', async () => {
    await mkdir(inFolder('w'))
    await writeFile(inFolder('w/penstock.yaml'), text)
    expect(await loadWorkspace(inFolder('w'))).toHaveProperty('workspace')
    await rm(inFolder('w'), { recursive: true })
    expect(await refusal(inFolder('w'))).toBe('WORKSPACE_NOT_FOUND /w does not exist')
  })

  it('says so where the file has nearly the right name', async () => {
    await writeFile(inFolder('penstock.yml'), text)
    expect(await refusal(folder)).toBe(
      'WORKSPACE_NOT_FOUND there is no penstock.yaml in ; it holds penstock.yml, which must be renamed to penstock.yaml',
    )
    await rename(inFolder('penstock.yml'), inFolder('penstock.yaml'))
    expect(await loadWorkspace(folder)).toHaveProperty('workspace')
  })

  it('is refused where penstock.yaml is a folder or a device', async () => {
    await mkdir(inFolder('penstock.yaml'))
    expect(await refusal(folder)).toBe('WORKSPACE_NOT_FOUND /penstock.yaml is not a file')
    expect(await refusal('/dev/zero')).toBe('WORKSPACE_NOT_FOUND /dev/zero is not a file')
  })

  it('is not a snapshot', async () => {
    await writeFile(inFolder('penstock.yaml'), `SQLite format 3\0${'x'.repeat(5_000_000)}`)
    expect(await refusal(folder)).toBe(
      'WORKSPACE_NOT_FOUND /penstock.yaml is an SQLite file, such as a snapshot, and no workspace; open, serve, query, advise and check --store read snapshots',
    )
  })

  it('names the byte that is not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('penstock: 1\nname: "é'), Buffer.from([0xe9, 0x22])])
    expect(await problem(bytes)).toBe('2:9 the file is not UTF-8: byte 0xe9 stands here')
    expect(await problem(Buffer.from('ÿþ', 'latin1'))).toBe(
      '1:1 the file is not UTF-8: byte 0xff stands here',
    )
    expect(await problem(Buffer.from([0x61, 0xe2, 0x82]))).toBe(
      '1:2 the file is not UTF-8: byte 0xe2 stands here',
    )
  })

  it('has at most 4 MB', async () => {
    const filler = `${'#'.repeat(99)}\n`.repeat(42_000)
    expect(await problem(text + filler)).toBe('1:1 the file is larger than 4 MB')
    await writeFile(inFolder('penstock.yaml'), text + filler.slice(0, 4_000_000))
    expect(await loadWorkspace(folder)).toHaveProperty('workspace')
  })

  it('is checked like any text', async () => {
    expect(await problem('penstock: 1\nsources: 5\n')).toBe('2:10 must be a map of names, not 5')
    expect(await problem('')).toBe('1:1 the file is empty')
  })
})
