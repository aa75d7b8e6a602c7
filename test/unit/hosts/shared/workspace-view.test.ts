import { describe, expect, it } from 'vitest'
import { workspaceView } from '#contract/workspace.ts'
import { pathText, viewWorkspace } from '../../../../src-main/hosts/shared/workspace-view.ts'
import type { Mask } from '../../../../src-main/columns/mask.ts'
import { distinctError } from '../../../../src-main/engine/rollups/sketches/distinct-sketch.ts'
import type { Rollup } from '../../../../src-main/workspace/model.ts'
import { createFakeEngine } from '../fake-engine.ts'
import { sampleWorkspace } from '../sample-workspace.ts'

const facts = { workspace: sampleWorkspace, version: '1.2.3', host: 'serve', snapshot: null } as const

describe('workspace view', () => {
  it('shows what is declared, as the contract has it', () => {
    const view = viewWorkspace(facts, createFakeEngine())
    expect(workspaceView.parse(view)).toEqual({
      name: 'sample',
      file: '/work/sample/penstock.yaml',
      storeMode: 'memory',
      storeFile: '/dev/shm/penstock/fake.db',
      sources: [
        {
          name: 'flights',
          kind: 'replay',
          origin: 'flights.ndjson.gz',
          connection: null,
          topic: 'flights',
          format: 'json',
          columns: [
            { name: 'delay', type: 'integer', from: 'value', path: '$."delay minutes"[0]', nullable: false },
          ],
          masks: [],
          eventTime: null,
          inferred: false,
        },
      ],
      lookups: [
        { name: 'airports', origin: '/work/sample/airports.csv', connection: null, key: 'iata' },
        { name: 'planes', origin: '/work/sample/planes.csv', connection: null, key: 'tail' },
      ],
      connections: [],
      tables: [
        {
          name: 'late',
          source: 'flights',
          steps: [{ name: 'enriched', sql: sampleWorkspace.tables[0]?.steps[0]?.sql, line: 12 }],
          lookups: ['airports'],
          ...{ key: [], newestBy: null, deleteWhen: null, deduplicate: null },
          retainRows: 100,
          retainBytes: null,
          retainAgeMs: null,
        },
      ],
      rollups: [],
      version: '1.2.3',
      host: 'serve',
      startedAt: 1_700_000_000_000,
      snapshot: null,
    })
  })

  it('shows event time with the lateness that is allowed, and rollups with how far off their measures may be', () => {
    const [source] = sampleWorkspace.sources
    if (source === undefined) throw new Error('the sample has a source')
    const timed = { ...source, eventTime: 'at', latenessMs: 60_000, tooLate: 'dead_letter' } as const
    const position = { line: 1, column: 1 }
    const rollup: Rollup = {
      ...{ name: 'by_hour', from: 'late', by: ['origin'], retainAgeMs: null, position, places: {} },
      window: { everyMs: 3_600_000, overMs: null, on: 'at', zone: 'Europe/Zurich' },
      measures: [
        { name: 'flights', sql: 'count(*)', position },
        { name: 'planes', sql: 'approx_count_distinct(plane)', position },
      ],
    }
    const daily: Rollup = {
      ...{ ...rollup, name: 'by_day', from: 'by_hour', window: null, by: [] },
      measures: [{ name: 'planes', sql: '"Planes"', position }],
    }
    const workspace = { ...sampleWorkspace, sources: [timed], rollups: [rollup, daily] }
    const view = workspaceView.parse(viewWorkspace({ ...facts, workspace }, createFakeEngine()))
    expect(view.sources[0]?.eventTime).toEqual({ column: 'at', latenessMs: 60_000, tooLate: 'dead_letter' })
    expect(view.rollups).toEqual([
      {
        ...{ name: 'by_hour', from: 'late', by: ['origin'], retainAgeMs: null },
        window: { everyMs: 3_600_000, overMs: null, on: 'at', zone: 'Europe/Zurich' },
        measures: [
          { name: 'flights', sql: 'count(*)', errorBound: null },
          { name: 'planes', sql: 'approx_count_distinct(plane)', errorBound: distinctError },
        ],
      },
      {
        ...{ name: 'by_day', from: 'by_hour', by: [], retainAgeMs: null, window: null },
        measures: [{ name: 'planes', sql: '"Planes"', errorBound: distinctError }],
      },
    ])
  })

  it('shows what is masked and how', () => {
    const [source] = sampleWorkspace.sources
    if (source === undefined) throw new Error('the sample has a source')
    const list: Mask[] = [
      {
        part: 'value',
        path: ['cards', null, 'number'],
        action: { kind: 'truncate', characters: 4 },
        isText: null,
      },
      { part: 'key', path: [], action: { kind: 'hash' }, isText: true },
      { part: 'key', path: ['id'], action: { kind: 'drop' }, isText: true },
      { part: 'header', path: ['token'], action: { kind: 'redact' }, isText: true },
    ]
    const workspace = { ...sampleWorkspace, sources: [{ ...source, masks: { list, key: { env: 'KEY' } } }] }
    const view = workspaceView.parse(viewWorkspace({ ...facts, workspace }, createFakeEngine()))
    expect(view.sources[0]?.masks).toEqual([
      { what: '$.cards[*].number', mask: 'truncate 4' },
      { what: 'key', mask: 'hash' },
      { what: 'key $.id', mask: 'drop' },
      { what: 'header token', mask: 'redact' },
    ])
  })

  it('shows the columns that the engine inferred', () => {
    const [source] = sampleWorkspace.sources
    if (source === undefined) throw new Error('the sample has a source')
    const workspace = { ...sampleWorkspace, sources: [{ ...source, columns: null }] }
    const column = {
      name: 'distance',
      from: 'value',
      path: ['distance'],
      type: 'real',
      nullable: true,
    } as const
    const columns = [{ ...column, default: null, format: null, unit: 'ms' } as const]
    const engine = {
      ...createFakeEngine(),
      sourceColumns: new Map([['flights', { columns, inferred: true }]]),
    }
    expect(viewWorkspace({ ...facts, workspace }, engine).sources[0]).toMatchObject({
      columns: [{ name: 'distance', type: 'real', path: '$.distance', nullable: true }],
      inferred: true,
    })
    expect(viewWorkspace({ ...facts, workspace }, createFakeEngine()).sources[0]).toMatchObject({
      columns: [],
      inferred: true,
    })
  })

  it.each([
    [[], '$'],
    [['a', 'b', 0], '$.a.b[0]'],
    [['a.b', 'say "x"'], '$."a.b"."say \\"x\\""'],
  ])('writes the path %j as %s', (segments, text) => {
    expect(pathText(segments)).toBe(text)
  })
})
