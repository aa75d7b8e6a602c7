import { describe, expect, it } from 'vitest'
import { workspaceView } from '#contract/workspace.ts'
import { pathText, viewWorkspace } from '../../../../src-main/hosts/shared/workspace-view.ts'
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
          retainAgeMs: null,
        },
      ],
      version: '1.2.3',
      host: 'serve',
      startedAt: 1_700_000_000_000,
      snapshot: null,
    })
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
