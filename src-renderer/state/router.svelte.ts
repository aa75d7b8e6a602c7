/**
 * Where the person is, as an address: /overview, /pipelines/TABLE, /topics/CONNECTION/TOPIC, its /messages, /query, /store,
 * /dead-letters/ID. Back, forward and deep links work; each view's last place is remembered, so that it is found as it
 * was left.
 */

export const viewNames = [
  'overview',
  'topics',
  'messages',
  'pipelines',
  'groups',
  'cluster',
  'query',
  'store',
  'dead-letters',
  'connections',
] as const
export type ViewName = (typeof viewNames)[number]

/** Views that are about one connection: their item is its name. */
const clusterViews: readonly ViewName[] = ['topics', 'messages', 'groups', 'cluster']

/** Views whose item holds one thing of its own: a topic or a group of the connection. */
const viewsWithPart: readonly ViewName[] = ['topics', 'messages', 'groups']

/** A view, the one thing it has open (table, dead letter, connection), what is open in that, and its filters. */
export interface Route {
  view: ViewName
  item: string | null
  /** Topic or group of the connection; null everywhere else. */
  part: string | null
  params: Readonly<Record<string, string>>
}

/** Makes a route; only the view is needed. */
export function route(
  view: ViewName,
  item: string | null = null,
  params: Record<string, string> = {},
): Route {
  return { view, item, part: null, params }
}

/** Makes a route to a topic, its messages, or a group. */
export function partRoute(
  view: 'topics' | 'messages' | 'groups',
  connection: string,
  part: string,
  params: Record<string, string> = {},
): Route {
  return { view, item: connection, part, params }
}

/** Whether the view is about one connection. */
export function isClusterView(view: ViewName): boolean {
  return clusterViews.includes(view)
}

/** The entry of the navigation that a view belongs to: messages are a part of topics. */
export function sectionOf(view: ViewName): ViewName {
  return view === 'messages' ? 'topics' : view
}

/** The route that an address stands for, or null where it stands for none. */
export function parseRoute(address: string): Route | null {
  const [path = '', query = ''] = address.split('?', 2)
  const [name, ...segments] = path.split('/').filter((segment) => segment !== '')
  const isMessages = name === 'topics' && segments.length === 3 && segments[2] === 'messages'
  const view = isMessages ? 'messages' : viewNames.find((known) => known === name && known !== 'messages')
  if (view === undefined) return null
  if (!isMessages && segments.length > (viewsWithPart.includes(view) ? 2 : 1)) return null
  const item = decode(segments[0])
  const part = decode(segments[1])
  if (item === undefined || part === undefined) return null
  return { view, item, part, params: Object.fromEntries(new URLSearchParams(query)) }
}

/** The segment decoded; null where there is none, undefined where it is malformed. */
function decode(segment: string | undefined): string | null | undefined {
  if (segment === undefined) return null
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

/** The address of a route; the inverse of {@link parseRoute}. */
export function formatRoute({ view, item, part, params }: Route): string {
  const within = [item, part].filter((segment) => segment !== null && segment !== '')
  const path = [sectionOf(view), ...within.map((segment) => encodeURIComponent(segment ?? ''))]
  if (view === 'messages') path.push('messages')
  const query = new URLSearchParams({ ...params }).toString()
  return `/${path.join('/')}${query === '' ? '' : `?${query}`}`
}

/** The address bar as the router needs it. */
export interface AddressPort {
  read(): string
  write(address: string, mode: 'push' | 'replace'): void
  /** Link target that a middle click or a copied link can use. */
  href(address: string): string
  /** Calls back when the person went back or forward. */
  listen(callback: () => void): () => void
}

/** The real address bar: path and query, or the fragment where a page is opened from a file and has no paths. */
export function browserAddress(page: Window): AddressPort {
  const usesHash = page.location.protocol === 'file:'
  const href = (address: string): string => (usesHash ? `#${address}` : address)
  return {
    read: () =>
      usesHash ? page.location.hash.replace(/^#/, '') : `${page.location.pathname}${page.location.search}`,
    write: (address, mode) => {
      if (mode === 'push') page.history.pushState(null, '', href(address))
      else page.history.replaceState(null, '', href(address))
    },
    href,
    listen: (callback) => {
      page.addEventListener('popstate', callback)
      return () => {
        page.removeEventListener('popstate', callback)
      }
    },
  }
}

const home: Route = route('overview')

/** The current route and each view's last one, as rune state. */
export class Router {
  readonly #address: AddressPort
  readonly #unlisten: () => void
  #current = $state.raw<Route>(home)
  #last = $state.raw<Partial<Record<ViewName, Route>>>({})
  #lastInSection = $state.raw<Partial<Record<ViewName, Route>>>({})

  constructor(address: AddressPort) {
    this.#address = address
    const first = parseRoute(address.read())
    if (first === null) address.write(formatRoute(home), 'replace')
    this.#enter(first ?? home)
    this.#unlisten = address.listen(() => {
      this.#enter(parseRoute(address.read()) ?? home)
    })
  }

  get current(): Route {
    return this.#current
  }

  /** The last route inside `view`; the view alone where it was not visited. */
  lastOf(view: ViewName): Route {
    return this.#last[view] ?? route(view)
  }

  /** The last route inside an entry of the navigation, for example that of a topic's messages inside topics. */
  lastIn(section: ViewName): Route {
    return this.#lastInSection[section] ?? route(section)
  }

  /** Goes to a route; `replace` leaves no step for the back button. */
  go(target: Route, mode: 'push' | 'replace' = 'push'): void {
    if (formatRoute(target) === formatRoute(this.#current)) return
    this.#address.write(formatRoute(target), mode)
    this.#enter(target)
  }

  /** What to write into an `href`; clicks on it are taken over by the shell. */
  href(target: Route): string {
    return this.#address.href(formatRoute(target))
  }

  /** The route that an `href` made by {@link href} stands for, or null for a foreign one. */
  routeOfHref(href: string): Route | null {
    const address = href.replace(/^#/, '')
    return address.startsWith('/') ? parseRoute(address) : null
  }

  dispose(): void {
    this.#unlisten()
  }

  #enter(target: Route): void {
    this.#current = target
    this.#last = { ...this.#last, [target.view]: target }
    this.#lastInSection = { ...this.#lastInSection, [sectionOf(target.view)]: target }
  }
}
