/** Workspaces made of plain values, for tests of the engine. */
import type { Column, Lookup, Source, Step, Table, Workspace } from '../../src-main/workspace/model.ts'

const position = { line: 1, column: 1 }

/** A column at `$.name`. */
export function column(name: string, type: Column['type'], extra: Partial<Column> = {}): Column {
  return { name, path: [name], type, nullable: true, default: null, format: null, unit: 'ms', ...extra }
}

export function step(name: string, sql: string): Step {
  return { name, sql, position, multiline: false }
}

export function table(
  name: string,
  source: string,
  steps: readonly Step[],
  extra: Partial<Table> = {},
): Table {
  return { name, source, steps, retainRows: null, retainAgeMs: null, position, ...extra }
}

export function lookup(name: string, file: string, key: string, extra: Partial<Lookup> = {}): Lookup {
  return { name, file, format: 'csv', key, columns: null, position, ...extra }
}

/** A replay as fast as possible, read once, one partition. */
export function source(
  name: string,
  file: string,
  columns: readonly Column[] | null,
  input: Partial<Source['input']> = {},
): Source {
  const replay: Source['input'] = {
    kind: 'replay',
    file,
    rate: { kind: 'max' },
    loop: false,
    partitions: 1,
    keyPath: null,
    envelope: null,
    ...input,
  }
  return { name, topic: name, input: replay, format: 'json', columns, eventTime: null, position }
}

export function workspace(folder: string, parts: Partial<Workspace>): Workspace {
  return {
    name: 'test',
    file: `${folder}/penstock.yaml`,
    folder,
    sources: [],
    lookups: [],
    tables: [],
    store: { mode: 'memory', limitBytes: null },
    ...parts,
  }
}
