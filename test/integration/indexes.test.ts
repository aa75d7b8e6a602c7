/** Declared indexes on a real store: used by queries, made and dropped with the workspace, kept known to the planner. */
import { expect, it } from 'vitest'
import { capture, query, readStore, testBench, untilEnded } from '../support/engines.ts'
import { column, source, step, table, workspace } from '../support/workspaces.ts'

const bench = testBench()
const columns = [column('n', 'integer'), column('name', 'text')]

it('follows the workspace, and queries go by it', async () => {
  const folder = bench.folder()
  const lines = Array.from({ length: 20_000 }, (_, n) =>
    JSON.stringify({ n, name: `name ${String(n % 50)}` }),
  )
  const file = capture(folder, lines)
  const plan = (indexes: string[][]) =>
    workspace(folder, {
      sources: [source('s', file, columns)],
      tables: [table('t', 's', [step('all', 'SELECT * FROM input')], { indexes })],
      store: { mode: 'disk', limitBytes: null, budgetBytes: null },
    })
  const engine = await bench.started(plan([['n'], ['name', 'n']]))
  await untilEnded(engine, 20_000)
  const details = async (sql: string): Promise<string> =>
    (await query(engine, `EXPLAIN QUERY PLAN ${sql}`)).map((row) => String(row[3])).join('; ')
  expect(await details('SELECT * FROM t WHERE n = 5')).toContain('USING INDEX t/by n')
  expect(await details("SELECT n FROM t WHERE name = 'name 7'")).toContain(
    'USING COVERING INDEX t/by name, n',
  )
  await expect
    .poll(() =>
      readStore(engine.storeFile, "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'sqlite_stat1'"),
    )
    .toEqual([{ n: 1 }])
  await engine.stop()
  const again = await bench.started(plan([['n']]))
  const { events } = await untilEnded(again, 20_000)
  expect(events.map(({ message }) => message)).toContain('the index of t by name, n was dropped')
  const names = "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 't'"
  expect(readStore(again.storeFile, names)).toEqual([{ name: 't/by n' }])
})

it('refuses an index over a column that is not there', async () => {
  const folder = bench.folder()
  const tables = [table('t', 's', [step('all', 'SELECT n FROM input')], { indexes: [['name']] })]
  const refused = bench.started(
    workspace(folder, { sources: [source('s', capture(folder, ['{"n":1}']), columns)], tables }),
  )
  await expect(refused).rejects.toMatchObject({
    details: { problems: [{ path: 'tables.t.indexes[0]', message: 't has no column "name"' }] },
  })
})
