/** Nothing that is masked is written anywhere: not to the store and its log, not to results, snapshots or logs. */
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sourceFlags } from '../../build/checkout/node-binary.js'
import { createEngine } from '../../src-main/engine/engine.ts'
import { ports, query, readStore, testBench, untilEnded, untilLive } from '../support/engines.ts'
import { findSecrets } from '../support/find-secrets.ts'
import {
  fates,
  maskedRecord,
  maskedWorkspace,
  maskKey,
  maskVariable,
  secretMarks,
} from '../support/masked-records.ts'

const bench = testBench()
beforeEach(() => {
  process.env[maskVariable] = maskKey
})
afterEach(() => {
  Reflect.deleteProperty(process.env, maskVariable)
})

/** An envelope as a line; some are no UTF-8 in the end. */
function line(n: number): Buffer {
  const { key, headers, value, fate } = maskedRecord(n)
  const json = `{"key":${JSON.stringify(key)},"headers":${JSON.stringify(headers)},"value":${value}}\n`
  if (fate !== 'utf8') return Buffer.from(json)
  return Buffer.from(json.replace('Bern', '\u0001'), 'utf8').map((byte) =>
    byte === 1 ? 0xff : byte,
  ) as Buffer
}

/** The capture is in a folder of its own: it holds the secrets. */
function captured(count: number): { folder: string; file: string } {
  const folder = bench.folder()
  const file = path.join(bench.folder(), 'users.ndjson')
  writeFileSync(file, Buffer.concat(Array.from({ length: count }, (_, n) => line(n))))
  return { folder, file }
}

const hashOf = (text: string): string => createHmac('sha256', maskKey).update(text).digest('hex').slice(0, 32)

describe('a source with masks', () => {
  it('lands nothing of what it masks, whatever becomes of a record', async () => {
    const count = 10 * fates.length
    const { folder, file } = captured(count)
    // A line that is too large, with secrets at its beginning.
    appendFileSync(
      file,
      line(0)
        .toString()
        .replace('"n":0', `"n":0,"big":"${'x'.repeat(33 * 1024 * 1024)}"`),
    )
    const workspace = maskedWorkspace(folder, `replay: { file: ${file}, partitions: 2 }`)
    const said: string[] = []
    const log = (fields: object, message: string): void => {
      said.push(`${JSON.stringify(fields)} ${message}`)
    }
    const engine = createEngine(workspace, {
      ...ports(folder),
      logger: { debug: log, info: log, warn: log, error: log },
    })
    await engine.start()
    await untilEnded(engine, count + 1)
    const { id } = engine.queries.start({ sql: 'SELECT * FROM users', remember: true })
    let status = await engine.queries.watch(id, null)
    while (status.state === 'queued' || status.state === 'running')
      status = await engine.queries.watch(id, status.version)
    const page = await engine.queries.page(id, 0, 100)
    expect(page.rows).toHaveLength(count / fates.length)
    const letters = await engine.deadLetters.list({}, { limit: 100 })
    const details = await Promise.all(letters.map((one) => engine.deadLetters.get(one.id)))
    const snapshot = path.join(folder, 'snapshot.penstock')
    let copied = engine.snapshots.start(snapshot)
    while (copied.run?.endedAt === null) copied = await engine.snapshots.watch(copied.version)
    expect(copied.run?.state).toBe('done')
    // While it runs: results and the write-ahead log are there.
    expect(findSecrets([folder], secretMarks)).toEqual([])
    const events = await engine.listEvents({ limit: 100 })
    const live = await engine.live.next(null, null)
    await engine.stop()
    writeFileSync(path.join(folder, 'said.txt'), JSON.stringify([said, events, live, page, letters, details]))
    expect(findSecrets([folder], secretMarks)).toEqual([])
    // The search itself would find them.
    expect(findSecrets([path.dirname(file)], secretMarks)).not.toEqual([])

    const first = readStore(engine.storeFile, 'SELECT * FROM users WHERE n = 0')[0]
    const { key, value } = JSON.parse(firstLine(file)) as { key: string; value: Record<string, string> }
    expect(first).toMatchObject({
      email: hashOf(value['email'] ?? ''),
      email_again: hashOf(value['email'] ?? ''),
      phone: '+41',
      ssn: null,
      note: 'redacted',
      who: hashOf(key),
      token: 'redacted',
      headers: '[["token","redacted"],["trace","trace 0"]]',
    })
    expect(JSON.parse(String(first?.['whole']))).toEqual({
      ...value,
      email: hashOf(value['email'] ?? ''),
      phone: '+41',
      ssn: null,
      note: 'redacted',
      address: { street: 'redacted', city: 'Bern' },
      cards: [{ number: '4111' }, { number: '5222', kind: 'x' }],
    })
    const kinds = readStore(
      engine.storeFile,
      `SELECT step, kind, count(*) AS n, sum(length(value) = 0) AS empty, min(size_bytes) > 100 AS sized,
       sum(reason LIKE '%not kept%') AS said FROM sys_dead_letters GROUP BY step, kind ORDER BY step, kind`,
    )
    expect(kinds).toEqual([
      { step: 'checked', kind: 'step', n: 10, empty: 0, sized: 1, said: 0 },
      { step: 'decode', kind: 'invalid-json', n: 20, empty: 20, sized: 1, said: 20 },
      { step: 'decode', kind: 'invalid-utf8', n: 10, empty: 10, sized: 1, said: 10 },
      { step: 'decode', kind: 'mask', n: 10, empty: 10, sized: 1, said: 10 },
      { step: 'decode', kind: 'too-large', n: 1, empty: 1, sized: 1, said: 1 },
      { step: 'decode', kind: 'type', n: 10, empty: 0, sized: 1, said: 0 },
    ])
  }, 120_000)

  it('leaves nothing behind where the process is killed', async () => {
    const count = 3000
    const { folder, file } = captured(count)
    const workspace = maskedWorkspace(folder, `replay: { file: ${file}, rate: 4000 }`)
    const runner = path.resolve(import.meta.dirname, '../support/run-engine.ts')
    const child = spawn(process.execPath, [...sourceFlags, runner, JSON.stringify(workspace)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (data: Buffer) => {
        if (Number(data.toString().trim().split('\n').at(-1)) > 500) resolve()
      })
    })
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await ended
    expect(findSecrets([folder], secretMarks)).toEqual([])
    const engine = await bench.started(workspace)
    await untilEnded(engine, count)
    await engine.stop()
    expect(findSecrets([folder], secretMarks)).toEqual([])
  }, 120_000)

  it('does not start without the key of its hashes, and says which one', async () => {
    Reflect.deleteProperty(process.env, maskVariable)
    const { folder, file } = captured(7)
    const engine = await bench.started(maskedWorkspace(folder, `replay: { file: ${file} }`))
    const { sources } = await untilLive(engine, ({ sources: all }) => all[0]?.state === 'failed')
    expect(sources[0]).toMatchObject({
      records: 0,
      reason: `mask_key: the environment variable ${maskVariable} is not set`,
    })
    expect(await query(engine, 'SELECT count(*) FROM users')).toEqual([[0]])
  })

  it('does not start with a key that can be guessed', async () => {
    process.env[maskVariable] = 'short'
    const { folder, file } = captured(7)
    const engine = await bench.started(maskedWorkspace(folder, `replay: { file: ${file} }`))
    const { sources } = await untilLive(engine, ({ sources: all }) => all[0]?.state === 'failed')
    expect(sources[0]?.reason).toContain('is too short to be a key')
  })
})

function firstLine(file: string): string {
  const bytes = readFileSync(file)
  return bytes.subarray(0, bytes.indexOf('\n')).toString()
}
