/** A small parsed workspace for tests of the hosts: one source, one lookup, one table. */
import type { Workspace } from '../../../src-main/workspace/model.ts'

const position = { line: 1, column: 1 }

/** The workspace; paths point nowhere. */
export const sampleWorkspace: Workspace = {
  name: 'sample',
  file: '/work/sample/penstock.yaml',
  text: 'penstock: 1\n',
  folder: '/work/sample',
  store: { mode: 'memory', limitBytes: null, budgetBytes: null },
  snapshots: null,
  connections: [],
  sources: [
    {
      name: 'flights',
      topic: 'flights',
      format: 'json',
      schema: null,
      ...{ eventTime: null, latenessMs: null, tooLate: 'land', masks: null },
      position,
      columns: [
        {
          name: 'delay',
          from: 'value',
          path: ['delay minutes', 0],
          type: 'integer',
          nullable: false,
          default: null,
          format: null,
          unit: 'ms',
        },
      ],
      input: {
        kind: 'replay',
        file: '/work/sample/flights.ndjson.gz',
        rate: { kind: 'max' },
        loop: false,
        partitions: 1,
        keyPath: null,
        envelope: null,
      },
    },
  ],
  lookups: [
    {
      name: 'airports',
      input: { kind: 'file', file: '/work/sample/airports.csv', format: 'csv' },
      key: 'iata',
      columns: null,
      position,
    },
    {
      name: 'planes',
      input: { kind: 'file', file: '/work/sample/planes.csv', format: 'csv' },
      key: 'tail',
      columns: null,
      position,
    },
  ],
  tables: [
    {
      name: 'late',
      source: 'flights',
      key: null,
      deduplicate: null,
      indexes: [],
      retainRows: 100,
      retainBytes: null,
      backfills: true,
      retainAgeMs: null,
      position,
      steps: [
        {
          name: 'enriched',
          sql: `SELECT f.*, a.city, 'planes' AS word FROM input f JOIN "Airports" a ON a.iata = f.origin -- planes`,
          position: { line: 12, column: 14 },
          multiline: false,
        },
      ],
    },
  ],
  rollups: [],
}
