import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../../../src-main/contract/errors.ts'
import type { FileLookup } from '../../../../src-main/engine/lookups/file-lookup.ts'
import { LookupLoader } from '../../../../src-main/engine/threads/lookup-loader.ts'
import { type CallHandler, ThreadCalls } from '../../../../src-main/engine/threads/thread-calls.ts'

const folders: string[] = []
const ports: MessagePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A loader on a store that remembers what it was given; `log` has a word for each call and event. */
function bench(handlers: Record<string, CallHandler> = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-loader-'))
  folders.push(folder)
  const file = path.join(folder, 'airports.csv')
  const log: string[] = []
  const { port1, port2 } = new MessageChannel()
  ports.push(port1)
  const store: Record<string, CallHandler> = {
    'lookup-begin': () => undefined,
    'lookup-rows': ({ rows }: { rows: unknown[][] }) => log.push(`rows ${rows.join(' ')}`),
    'lookup-commit': () => ({ rows: 1, duplicates: 0 }),
    'lookup-abandon': ({ problem }: { problem: string }) => log.push(`abandon ${problem}`),
    ...handlers,
  }
  new ThreadCalls(port2, store, (notice) => {
    const { event, message } = notice as { event: string; message: string }
    log.push(`${event}: ${message.replaceAll(folder, '')}`)
  })
  const calls = new ThreadCalls(port1, {}, () => undefined)
  const airports: FileLookup = {
    ...{ name: 'airports', file, format: 'csv', key: 'iata', columns: null },
    position: { line: 1, column: 1 },
  }
  const loader = new LookupLoader(calls)
  return {
    file,
    airports,
    loader,
    /** What a look did. */
    look: async (): Promise<string[]> => {
      log.length = 0
      await loader.look([airports])
      await calls.call('lookup-begin', null)
      return log
    },
  }
}

describe('a lookup file that changes', () => {
  it('is loaded once it has rested from one look to the next, and not while it grows', async () => {
    const { file, airports, loader, look } = bench()
    writeFileSync(file, 'iata,city\nA,Akron\n')
    await loader.load(airports)
    expect(await look()).toEqual([])
    for (const line of ['B,Boston\n', 'C,Ch', 'icago\n']) {
      appendFileSync(file, line)
      expect(await look()).toEqual([])
    }
    expect(await look()).toEqual([
      'rows A,Akron B,Boston C,Chicago',
      'lookup-reloaded: /airports.csv has changed and was loaded again',
    ])
    expect(await look()).toEqual([])
  })

  it('gives its columns in the order of the first version, and no others', async () => {
    const { file, airports, loader, look } = bench()
    writeFileSync(file, 'iata,city\nA,Akron\n')
    await loader.load(airports)
    writeFileSync(file, 'state,city,iata\nME,Bangor,B\n')
    await look()
    expect((await look())[0]).toBe('rows B,Bangor')
  })

  it('is told once where it cannot be read, and loaded when it can', async () => {
    const { file, airports, loader, look } = bench()
    writeFileSync(file, 'iata,city\nA,Akron\n')
    await loader.load(airports)
    rmSync(file)
    await look()
    expect((await look())[1]).toContain('lookup-unreadable: /airports.csv: the file does not exist')
    expect(await look()).toEqual([])
    writeFileSync(file, 'iata,city\nA,Akron\n')
    await look()
    expect((await look())[1]).toContain('lookup-reloaded')
  })

  it('is tried again while the store cannot take it, and that is told once', async () => {
    let isFull = false
    const { file, airports, loader, look } = bench({
      'lookup-commit': () => {
        if (isFull) throw new AppError('INTERNAL', 'database or disk is full')
        return { rows: 1, duplicates: 0 }
      },
    })
    writeFileSync(file, 'iata,city\nA,Akron\n')
    await loader.load(airports)
    isFull = true
    writeFileSync(file, 'iata,city\nA,Albany\n')
    await look()
    expect((await look()).at(-1)).toContain('lookup-unreadable: database or disk is full')
    expect(await look()).toEqual(['rows A,Albany', 'abandon database or disk is full'])
    isFull = false
    expect((await look()).at(-1)).toContain('lookup-reloaded')
  })
})
