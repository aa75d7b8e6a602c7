/** Lookups that change while an engine runs. */
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '../../src-main/contract/live.ts'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import { capture, query, testBench, untilLive } from '../support/engines.ts'
import { column, lookup, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()

/** An engine that joins a lookup by `SELECT a.*` without end. */
async function enriching(folder: string, file: string): Promise<Engine> {
  const input = { loop: true, rate: { kind: 'perSecond', records: 500 } as const }
  const enriched = step('enriched', 'SELECT f.code, a.* FROM input f LEFT JOIN airports a ON a.iata = f.code')
  return bench.started(
    workspace(folder, {
      sources: [
        source('s', capture(folder, ['{"code":"A1"}', '{"code":"A2"}']), [column('code', 'text')], input),
      ],
      lookups: [lookup('airports', file, 'iata')],
      tables: [table('t', 's', [enriched])],
    }),
  )
}

const eventsOf = (snapshot: LiveSnapshot, kind: string): string[] =>
  snapshot.events.filter((event) => event.kind === kind).map((event) => event.message)

async function untilNew(engine: Engine, city: string): Promise<void> {
  const asked = `SELECT count(*) FROM t WHERE city = '${city}'`
  await untilLive(engine, (snapshot) => eventsOf(snapshot, 'lookup-reloaded').length > 0)
  let found = await query(engine, asked)
  while (found[0]?.[0] === 0) {
    const { epoch, version } = await engine.live.next(null, null)
    await engine.live.next(epoch, version)
    found = await query(engine, asked)
  }
}

describe('a lookup', () => {
  it('keeps its columns where the new file has them in another order, and more of them', async () => {
    const folder = bench.folder()
    const file = path.join(folder, 'airports.csv')
    writeFileSync(file, 'iata,city,state\nA1,Boston,MA\nA2,Akron,OH\n')
    const engine = await enriching(folder, file)
    await untilLive(engine, (snapshot) => (snapshot.tables[0]?.landed ?? 0) > 0)
    writeFileSync(file, 'country,state,iata,city\nUS,ME,A1,Bangor\nUS,OH,A2,Akron\n')
    await untilNew(engine, 'Bangor')
    expect(await query(engine, 'SELECT DISTINCT iata, city, state FROM t ORDER BY 1, 2, 3')).toEqual([
      ['A1', 'Bangor', 'ME'],
      ['A1', 'Boston', 'MA'],
      ['A2', 'Akron', 'OH'],
    ])
    expect(await query(engine, 'SELECT count(*) FROM sys_dead_letters')).toEqual([[0]])
    expect(await query(engine, 'SELECT * FROM airports ORDER BY iata')).toEqual([
      ['A1', 'Bangor', 'ME'],
      ['A2', 'Akron', 'OH'],
    ])
  })

  it('stays in use while its file is gone, and is loaded when it is back', async () => {
    const folder = bench.folder()
    const file = path.join(folder, 'airports.csv')
    writeFileSync(file, 'iata,city\nA1,Boston\n')
    const engine = await enriching(folder, file)
    rmSync(file)
    const gone = await untilLive(engine, (snapshot) => eventsOf(snapshot, 'lookup-unreadable').length > 0)
    expect(eventsOf(gone, 'lookup-unreadable')).toEqual([expect.stringContaining('the file does not exist')])
    expect(await query(engine, 'SELECT iata, city FROM airports')).toEqual([['A1', 'Boston']])
    writeFileSync(file, 'iata,city\nA1,Bangor\n')
    await untilNew(engine, 'Bangor')
    expect(
      (await untilLive(engine, (snapshot) => snapshot.lookups[0]?.problem === '')).lookups[0]?.rows,
    ).toBe(1)
  })
})
