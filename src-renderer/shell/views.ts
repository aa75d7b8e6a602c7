/** The views of the console in the order of the navigation. */
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard'
import MailWarning from '@lucide/svelte/icons/mail-warning'
import SquareTerminal from '@lucide/svelte/icons/square-terminal'
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
  { name: 'pipelines', title: 'Pipelines', key: 'p', icon: Workflow },
  { name: 'query', title: 'Query', key: 'q', icon: SquareTerminal },
  { name: 'dead-letters', title: 'Dead letters', key: 'd', icon: MailWarning },
]
