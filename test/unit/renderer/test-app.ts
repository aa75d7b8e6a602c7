/** An app over fakes, for components and state that need the whole of it. */
import { type App, createApp } from '../../../src-renderer/state/app.ts'
import { memoryPreferences } from '../../../src-renderer/state/preferences.ts'
import type { AddressPort } from '../../../src-renderer/state/router.svelte.ts'
import { type FakeCalls, createFakeClient } from './fake-client.ts'
import { FakeLink } from './fake-link.ts'

/** An address bar that remembers where it was. */
export class FakeAddress implements AddressPort {
  readonly visited: string[]
  #listener: (() => void) | null = null

  constructor(first = '/overview') {
    this.visited = [first]
  }

  read(): string {
    return this.visited.at(-1) ?? ''
  }

  write(address: string, mode: 'push' | 'replace'): void {
    if (mode === 'replace') this.visited.pop()
    this.visited.push(address)
  }

  href(address: string): string {
    return address
  }

  listen(callback: () => void): () => void {
    this.#listener = callback
    return () => {
      this.#listener = null
    }
  }

  back(): void {
    this.visited.pop()
    this.#listener?.()
  }
}

/** What jsdom lacks of a page: media queries, sizes that change, and scrolling. */
export function completePage(): void {
  const matchMedia = (query: string): object =>
    Object.assign(new EventTarget(), { matches: query.includes('dark'), media: query })
  Object.assign(window, { matchMedia })
  Object.assign(globalThis, { ResizeObserver: StillObserver })
  Object.assign(Element.prototype, { scrollIntoView: () => undefined })
}

/** Nothing has a size in jsdom, so nothing changes it. */
class StillObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

interface TestApp {
  app: App
  link: FakeLink
  address: FakeAddress
}

/** An app that answers with `calls`; nothing is started. */
export function createTestApp(calls: FakeCalls = {}, first?: string): TestApp {
  completePage()
  const link = new FakeLink()
  const address = new FakeAddress(first)
  const preferences = memoryPreferences({ 'time-zone': 'utc' })
  return { app: createApp({ client: createFakeClient(calls), link, address, preferences }), link, address }
}
