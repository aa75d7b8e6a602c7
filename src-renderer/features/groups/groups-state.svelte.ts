/** What the groups views ask the engine for: pages of the list, one group, its history. Lives as long as the page. */
import type { GroupDetail, GroupRow } from '#contract/groups.ts'
import type { App } from '../../state/app.ts'
import { MeasuredItem } from '../../state/measured-item.svelte.ts'
import { PagedList } from '../../state/paged-list.svelte.ts'
import { keptState } from '../../state/view.ts'
import type { GroupFilter } from './group-filter.ts'

/** When the list was measured, how often it is, and what could not be seen. */
export interface GroupsAbout {
  at: number | null
  intervalMs: number
  notSeen: readonly string[]
}

interface ListRequest extends GroupFilter {
  connection: string
}

export type GroupState = MeasuredItem<GroupDetail>

export class GroupsState {
  readonly list: PagedList<ListRequest, GroupRow, GroupsAbout>
  readonly one: GroupState
  /** Of the list's address as it was left, for the way back from one group. */
  listParams = $state.raw<Readonly<Record<string, string>>>({})

  constructor({ client }: Pick<App, 'client'>) {
    this.list = new PagedList({
      nameOf: ({ id }) => id,
      load: async (request, window, signal) => {
        const { total, groups, ...about } = await client.groups.list({ ...request, ...window }, { signal })
        return { total, rows: groups, about }
      },
    })
    this.one = new MeasuredItem({
      detail: ({ connection, name }, signal) => client.groups.get({ connection, group: name }, { signal }),
      history: ({ connection, name }, range, signal) =>
        client.groups.history({ ...range, connection, group: name }, { signal }),
    })
  }
}

export const groupsState = keptState((app) => new GroupsState(app))
