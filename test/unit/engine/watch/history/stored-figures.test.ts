import { afterAll, expect, it } from 'vitest'
import { readFigures } from '../../../../../src-main/engine/watch/history/stored-figures.ts'
import { StoreFixture } from '../../query/support/store-fixture.ts'

const store = new StoreFixture()
afterAll(() => store.remove())

it('tells how far a rollup is behind its table, also where the table has evicted rows', async () => {
  const pool = await store.openPool()
  store.writer.exec(`
    INSERT INTO sys_tables (name, source, rows, landed, evicted) VALUES ('t', 's', 500, 900, 400);
    INSERT INTO sys_rollups VALUES
      ('fresh', 't', 't', 900, 3, 0, 0, 0, NULL, NULL, '', 900, ''),
      ('gone', 'failed', 't', 5, 1, 0, 0, 0, NULL, NULL, 'malformed JSON', 100, ''),
      ('failed', 't', 't', 650, 2, 0, 0, 0, NULL, NULL, 'malformed JSON', 650, ''),
      ('lost', 'none', 'none', 0, 0, 0, 0, 0, NULL, NULL, '', 0, '')`)
  const { rollups } = await readFigures(pool, [], 0)
  expect(rollups.map(({ name, behind }) => [name, behind])).toEqual([
    ['failed', 250],
    ['fresh', 0],
    ['gone', 500],
    ['lost', 0],
  ])
})
