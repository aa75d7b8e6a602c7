/** What the palette offers while the Query view is shown. Pure; the view says how each is done. */
import type { SchemaView } from '#contract/query.ts'
import type { Command } from '../../state/commands.svelte.ts'
import { newestRowsSql } from './relation-sql.ts'
import type { Workbench } from './workbench.svelte.ts'

export interface QueryActions {
  run: () => void
  cancel: () => void
  focusEditor: () => void
  showHistory: () => void
  toggleChart: () => void
  /** Opens a statement and runs it. */
  open: (sql: string) => void
}

/** Commands on the workbench. */
export function workbenchCommands(workbench: Workbench, actions: QueryActions): Command[] {
  const { tabs } = workbench
  const group = 'Query'
  const commands: (Command & { isHidden?: boolean })[] = [
    { id: 'query.run', title: 'Run statement', group, keys: 'Ctrl Enter', run: actions.run },
    {
      id: 'query.cancel',
      title: 'Cancel statement',
      group,
      keys: 'Esc',
      run: actions.cancel,
      isHidden: tabs.active.run?.isActive !== true,
    },
    { id: 'query.editor', title: 'Go to the editor', group, run: actions.focusEditor },
    { id: 'query.chart', title: 'Show or hide the chart', group, run: actions.toggleChart },
    { id: 'query.history', title: 'Search history', group, run: actions.showHistory },
    { id: 'query.new', title: 'New query tab', group, run: () => void tabs.create() },
    {
      id: 'query.close',
      title: `Close tab “${tabs.active.title}”`,
      group,
      run: () => {
        workbench.closeTab(tabs.active.id)
      },
    },
    {
      id: 'query.undo-close',
      title: 'Bring back the closed tab',
      group,
      run: () => void tabs.undoClose(),
      isHidden: tabs.lastClosed === null,
    },
  ]
  return commands
    .filter(({ isHidden }) => isHidden !== true)
    .map(({ isHidden: _isHidden, ...command }) => command)
}

/** One command for each relation: its newest rows. */
export function relationCommands(schema: SchemaView | null, actions: QueryActions): Command[] {
  return (schema?.relations ?? []).map((relation) => ({
    id: `query.newest.${relation.name}`,
    title: `Newest rows of ${relation.name}`,
    group: 'Tables',
    keywords: [relation.kind, 'select'],
    run: () => {
      actions.open(newestRowsSql(relation))
    },
  }))
}
