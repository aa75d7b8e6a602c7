import { afterAll, describe, expect, it, vi } from 'vitest'
import { StoreFixture } from './support/store-fixture.ts'

// Real processes on a busy machine.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

describe('the schema of a store', () => {
  const store = new StoreFixture()
  afterAll(() => store.remove())

  it('lists tables, lookups and system relations with types, rows and indexes', async () => {
    const pool = await store.openPool()
    const { relations } = await pool.schema()
    expect(relations.map(({ kind, name, rows }) => [kind, name, rows])).toEqual([
      ['table', 'late_flights', 2],
      ['lookup', 'airports', 2],
      ...[
        ...[
          'sys_backfills',
          'sys_batches',
          'sys_dead_letters',
          'sys_events',
          'sys_gaps',
          'sys_lag',
          'sys_lookups',
          'sys_rollups',
          'sys_steps',
          'sys_store',
          'sys_tables',
          'sys_topics',
          'sys_workspace',
        ],
      ].map((name) => ['system', name, null]),
    ])
    expect(relations[0]).toMatchObject({ indexes: ['late_flights_origin'], primaryKey: [] })
    const lag = relations.find(({ name }) => name === 'sys_lag')
    expect(lag?.primaryKey.slice(0, 3)).toEqual(['seconds', 'at', 'connection'])
    expect(relations[0]?.columns.slice(0, 5)).toEqual([
      { name: 'delay', type: 'integer', sqlType: 'INTEGER' },
      { name: 'origin', type: 'text', sqlType: 'TEXT' },
      { name: 'at', type: 'timestamp', sqlType: 'INTEGER' },
      { name: 'ratio', type: 'real', sqlType: 'REAL' },
      { name: 'note', type: null, sqlType: '' },
    ])
    const topics = relations.find(({ name }) => name === 'sys_topics')
    expect(topics?.columns.map(({ name, type }) => `${name} ${String(type)}`)).toEqual([
      ...[
        'at timestamp',
        'seconds integer',
        'source text',
        'connection text',
        'topic text',
        'partition integer',
        'records integer',
      ],
      ...['bytes integer', 'dead integer', 'last_record_at timestamp', 'seconds_since_last_record null'],
    ])
  })

  it('has a version that changes with relations and columns, and not with rows', async () => {
    const pool = await store.openPool()
    const { version } = await pool.schema()
    store.writer.exec(`UPDATE sys_tables SET rows = 3`)
    expect((await pool.schema()).version).toBe(version)
    store.writer.exec('CREATE TABLE other (a TEXT)')
    const withTable = (await pool.schema()).version
    store.writer.exec('ALTER TABLE other ADD COLUMN b TEXT')
    const withColumn = (await pool.schema()).version
    store.writer.exec('CREATE INDEX other_a ON other (a)')
    expect(new Set([version, withTable, withColumn, (await pool.schema()).version]).size).toBe(4)
  })
})
