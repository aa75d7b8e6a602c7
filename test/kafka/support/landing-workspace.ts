/** Workspaces that land topics of a test's cluster in one table. */
import type { Connection, TopicSource, Workspace } from '../../../src-main/workspace/model.ts'
import { column, connection, step, table, topicSource, workspace } from '../../support/workspaces.ts'

/** Columns of the records that the tools produce. */
export const idColumns = [column('id', 'integer', { nullable: false })]

export interface LandingOptions {
  /** Source; named `in` where it is not given. */
  source?: Partial<TopicSource['input']>
  columns?: TopicSource['columns']
  store?: Workspace['store']['mode']
  connection?: Partial<Connection>
  /** Most rows that the table keeps; null for all. */
  retainRows?: number | null
}

/** A workspace that lands the topics in `landed`, as they are. */
export function landing(
  folder: string,
  brokers: readonly string[],
  topics: readonly string[],
  options: LandingOptions = {},
): Workspace {
  const { columns = idColumns, store = 'memory', retainRows = null } = options
  return workspace(folder, {
    connections: [connection('local', brokers, options.connection)],
    sources: [topicSource('in', columns, { topics, ...options.source })],
    tables: [table('landed', 'in', [step('all', 'SELECT * FROM input')], { retainRows })],
    store: { mode: store, limitBytes: null, budgetBytes: null },
  })
}
