/**
 * Where the person is, as an address: /overview, /pipelines/TABLE, /query, /dead-letters/ID. Back, forward and deep links
 * work; each view's last place is remembered, so that it is found as it was left.
 */

export const viewNames = ['overview', 'pipelines', 'query', 'dead-letters'] as const
export type ViewName = (typeof viewNames)[number]

/** A view, the one thing it has open (table, dead letter), and its filters. */
export interface Route {
  view: ViewName
  item: string | null
  params: Readonly<Record<string, string>>
}

/** Makes a route; only the view is needed. */
export function route(
  view: ViewName,
  item: string | null = null,
  params: Record<string, string> = {},
): Route {
  return { view, item, params }
}

/** The route that an address stands for, or null where it stands for none. */
export function parseRoute(address: string): Route | null {
  const [path = '', query = ''] = address.split('?', 2)
  const segments = path.split('/').filter((segment) => segment !== '')
  if (segments.length > 2) return null
  const view = viewNames.find((name) => name === segments[0])
  if (view === undefined) return null
  const item = decode(segments[1])
  if (item === undefined) return null
  return { view, item, params: Object.fromEntries(new URLSearchParams(query)) }
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
export function formatRoute(target: Route): string {
  const item = target.item === null || target.item === '' ? '' : `/${encodeURIComponent(target.item)}`
  const query = new URLSearchParams({ ...target.params }).toString()
  return `/${target.view}${item}${query === '' ? '' : `?${query}`}`
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

const home: Route = { view: 'overview', item: null, params: {} }

/** The current route and each view's last one, as rune state. */
export class Router {
  readonly #address: AddressPort
  readonly #unlisten: () => void
  #current = $state.raw<Route>(home)
  #last = $state.raw<Partial<Record<ViewName, Route>>>({})

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
  }
}
