/** A workspace whose file was changed while nothing ran, opened by the session over a real store that has evicted rows. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import type { Engine } from '../../src-main/engine/engine-api.ts'
import { createEngine } from '../../src-main/engine/engine.ts'
import { EncryptedFileStore } from '../../src-main/hosts/shared/secrets/encrypted-file.ts'
import { WorkspaceSession } from '../../src-main/hosts/shared/workspace-session.ts'
import { capture, ports, query, testBench, untilLive } from '../support/engines.ts'

const bench = testBench()
const count = 4000

const text = (measures: string): string => `penstock: 1
store: { mode: disk }
sources:
  s: { replay: { file: capture.ndjson, rate: max }, columns: { n: integer } }
tables:
  t: { source: s, retain: { rows: 100 } }
rollups:
  r: { from: t, measures: { ${measures} } }
`

it('keeps the windows of a changed rollup until the change is applied', async () => {
  const folder = bench.folder()
  const state = path.join(folder, 'state')
  mkdirSync(state)
  capture(
    folder,
    Array.from({ length: count }, (_, n) => JSON.stringify({ n })),
  )
  const file = path.join(folder, 'penstock.yaml')
  const host = ports(folder)
  const opened = (): WorkspaceSession =>
    new WorkspaceSession({
      ...{ host: 'cli', logger: host.logger, stateFolder: state, lookMs: 3_600_000 },
      secrets: new EncryptedFileStore({ stateFolder: state, environment: {} }),
      createEngine: (workspace) => createEngine(workspace, host),
    })
  const rows = (engine: Engine): Promise<unknown> => query(engine, 'SELECT * FROM r')

  writeFileSync(file, text('n: count(*)'))
  const first = opened()
  try {
    expect(await first.open(file)).toMatchObject({ state: 'open', pending: null })
    await untilLive(
      first.current().engine,
      ({ tables, rollups }) => rollups[0]?.rows === count && (tables[0]?.rows ?? count) < count,
    )
  } finally {
    await first.stop()
  }

  writeFileSync(file, text('n: count(*), largest: max(n)'))
  const second = opened()
  try {
    const lost = 'rollup r is made anew, from the rows that its table still holds'
    expect(await second.open(file)).toMatchObject({ state: 'open', pending: { losses: [lost] } })
    expect(await rows(second.current().engine)).toEqual([[count]])
    expect(await second.apply()).toMatchObject({ state: 'open', pending: null, error: null })
    const { engine } = second.current()
    await untilLive(engine, ({ rollups, tables }) => rollups[0]?.rows === tables[0]?.rows)
    const [made] = (await rows(engine)) as [number, number][]
    expect(made?.[0]).toBeLessThan(count)
    expect(made?.[1]).toBe(count - 1)
  } finally {
    await second.stop()
  }

  const third = opened()
  try {
    expect(await third.open(file)).toMatchObject({ state: 'open', pending: null })
  } finally {
    await third.stop()
  }
})
