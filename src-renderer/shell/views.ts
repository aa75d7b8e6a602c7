/** The views of the console in the order of the navigation. */
import ChartNoAxesGantt from '@lucide/svelte/icons/chart-no-axes-gantt'
import Database from '@lucide/svelte/icons/database'
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard'
import MailWarning from '@lucide/svelte/icons/mail-warning'
import Plug from '@lucide/svelte/icons/plug'
import Server from '@lucide/svelte/icons/server'
import SquareTerminal from '@lucide/svelte/icons/square-terminal'
import Users from '@lucide/svelte/icons/users'
import Workflow from '@lucide/svelte/icons/workflow'
import type { ViewName } from '../state/router.svelte.ts'

export interface ViewEntry {
  name: ViewName
  title: string
  /** Second key after `g`. */
  key: string
  icon: typeof Workflow
}

export const viewEntries: readonly ViewEntry[] = [
  { name: 'overview', title: 'Overview', key: 'o', icon: LayoutDashboard },
  { name: 'topics', title: 'Topics', key: 't', icon: ChartNoAxesGantt },
  { name: 'pipelines', title: 'Pipelines', key: 'p', icon: Workflow },
  { name: 'groups', title: 'Groups', key: 'g', icon: Users },
  { name: 'cluster', title: 'Cluster', key: 'c', icon: Server },
  { name: 'query', title: 'Query', key: 'q', icon: SquareTerminal },
  { name: 'store', title: 'Store', key: 's', icon: Database },
  { name: 'dead-letters', title: 'Dead letters', key: 'd', icon: MailWarning },
  { name: 'connections', title: 'Connections', key: 'n', icon: Plug },
]

/** Title of a view, also of one that has no entry of its own. */
export function titleOf(view: ViewName): string {
  if (view === 'messages') return 'Messages'
  return viewEntries.find(({ name }) => name === view)?.title ?? 'Penstock'
}
