/** Everything that views share, made once per page and handed down through the Svelte context. */
import { createContext } from 'svelte'
import type { PenstockClient } from '../transport/client.ts'
import { BackfillPace } from './backfill-pace.svelte.ts'
import { ClustersState } from './clusters.svelte.ts'
import { CommandRegistry } from './commands.svelte.ts'
import { ConnectionState, type StatusSource } from './connection.svelte.ts'
import { LiveState } from './live.svelte.ts'
import { NoticesState } from './notices.svelte.ts'
import { PageState } from './page.svelte.ts'
import { type Preferences, browserPreferences } from './preferences.ts'
import { type AddressPort, Router, browserAddress } from './router.svelte.ts'
import { SessionState } from './session.svelte.ts'
import { StoreGrowth } from './store-growth.svelte.ts'
import { ThemeState } from './theme.svelte.ts'
import { TimeState } from './time.svelte.ts'
import { WorkspaceState } from './workspace.svelte.ts'

/** The state and services of the page. */
export interface App {
  client: PenstockClient
  connection: ConnectionState
  live: LiveState
  /** How the store grew since the page was opened. */
  growth: StoreGrowth
  /** How fast tables and columns are being filled. */
  pace: BackfillPace
  workspace: WorkspaceState
  /** Connections to clusters. */
  clusters: ClustersState
  /** What is open: nothing yet, a workspace, or one that would not start. */
  session: SessionState
  router: Router
  theme: ThemeState
  time: TimeState
  commands: CommandRegistry
  notices: NoticesState
  page: PageState
  preferences: Preferences
  /** Starts what ticks, pulls and listens; the result stops it all. */
  start(): () => void
}

interface Parts {
  client: PenstockClient
  link: StatusSource
  page?: Window
  preferences?: Preferences
  address?: AddressPort
}

/** Puts the page together. Nothing runs before `start`. */
export function createApp({ client, link, page = window, ...parts }: Parts): App {
  const preferences = parts.preferences ?? browserPreferences(page)
  const connection = new ConnectionState(link)
  const live = new LiveState(client, connection)
  const growth = new StoreGrowth()
  const pace = new BackfillPace()
  const workspace = new WorkspaceState(client, connection)
  const router = new Router(parts.address ?? browserAddress(page))
  const clusters = new ClustersState({ client, live, router, preferences })
  const session = new SessionState({
    client,
    connection,
    onOpened: () => {
      void workspace.load()
      clusters.refresh()
    },
  })
  const theme = new ThemeState(page, preferences)
  const time = new TimeState(preferences)
  const pageState = new PageState(page)
  const start = (): (() => void) => {
    const stops = [
      session.start(),
      live.onSnapshot((snapshot) => {
        growth.note(snapshot)
        pace.note(snapshot)
      }),
      live.start(),
      workspace.start(),
      clusters.start(),
      theme.start(),
      time.start(),
      pageState.start(),
      () => {
        router.dispose()
      },
    ]
    return () => {
      for (const stop of stops.reverse()) stop()
    }
  }
  return {
    client,
    connection,
    live,
    growth,
    pace,
    workspace,
    clusters,
    session,
    router,
    theme,
    time,
    commands: new CommandRegistry(),
    notices: new NoticesState(),
    page: pageState,
    preferences,
    start,
  }
}

/** The app of this page, inside a component; and how the root hands it down. */
export const [getApp, setApp] = createContext<App>()
