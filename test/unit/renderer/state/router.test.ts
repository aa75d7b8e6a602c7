import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Route,
  Router,
  browserAddress,
  formatRoute,
  parseRoute,
  partRoute,
  route,
  viewNames,
} from '../../../../src-renderer/state/router.svelte.ts'
import { FakeAddress } from '../test-app.ts'

const anyText = fc.string({ unit: 'grapheme', minLength: 1 })
const anyParams = fc.dictionary(anyText, fc.string({ unit: 'grapheme' }), { noNullPrototype: true })
const anyRoute: fc.Arbitrary<Route> = fc.oneof(
  fc.record({
    view: fc.constantFrom(...viewNames.filter((name) => name !== 'messages')),
    item: fc.option(anyText, { nil: null }),
    part: fc.constant(null),
    params: anyParams,
  }),
  fc.record({
    view: fc.constantFrom('topics' as const, 'messages' as const, 'groups' as const),
    item: anyText,
    part: anyText,
    params: anyParams,
  }),
)

describe('addresses', () => {
  it('say the same route when read back', () => {
    fc.assert(
      fc.property(anyRoute, (target) => {
        expect(parseRoute(formatRoute(target))).toEqual(target)
      }),
    )
  })

  it('of a topic lead to it and to its messages', () => {
    expect(parseRoute('/topics/prod-eu/orders')).toEqual(partRoute('topics', 'prod-eu', 'orders'))
    expect(parseRoute('/topics/prod-eu/orders/messages?from=oldest')).toEqual(
      partRoute('messages', 'prod-eu', 'orders', { from: 'oldest' }),
    )
    expect(parseRoute('/topics/prod-eu/messages')).toEqual(partRoute('topics', 'prod-eu', 'messages'))
  })

  it.each([
    '',
    '/',
    '/nowhere',
    '/pipelines/a/b',
    '/pipelines/%E0%A4%A',
    '/Overview',
    '/messages',
    '/messages/prod-eu/orders',
    '/topics/prod-eu/orders/other',
    '/topics/prod-eu/orders/messages/more',
    '/groups/prod-eu/a/messages',
    '/topics/prod-eu/%E0%A4%A',
  ])('stand for nothing: %s', (address) => {
    expect(parseRoute(address)).toBeNull()
  })

  it('never make the parser throw', () => {
    fc.assert(
      fc.property(fc.string(), (address) => {
        parseRoute(address)
      }),
    )
  })
})

describe('the router', () => {
  it('starts at the address, and at the overview where that stands for nothing', () => {
    expect(new Router(new FakeAddress('/pipelines/late')).current).toEqual(route('pipelines', 'late'))
    const address = new FakeAddress('/?token=gone')
    expect(new Router(address).current).toEqual(route('overview'))
    expect(address.visited).toEqual(['/overview'])
  })

  it('remembers where each view was left', () => {
    const router = new Router(new FakeAddress('/overview'))
    router.go(route('pipelines', 'late', { step: 'priced' }))
    router.go(route('query'))
    expect(router.lastOf('pipelines')).toEqual(route('pipelines', 'late', { step: 'priced' }))
    expect(router.lastOf('dead-letters')).toEqual(route('dead-letters'))
  })

  it('finds the messages of a topic again as a place of topics', () => {
    const router = new Router(new FakeAddress('/overview'))
    const messages = partRoute('messages', 'prod-eu', 'orders')
    router.go(partRoute('topics', 'prod-eu', 'orders'))
    router.go(messages)
    router.go(route('query'))
    expect(router.lastIn('topics')).toEqual(messages)
    expect(router.lastOf('topics')).toEqual(partRoute('topics', 'prod-eu', 'orders'))
    expect(router.lastIn('groups')).toEqual(route('groups'))
  })

  it('follows the back button', () => {
    const address = new FakeAddress('/overview')
    const router = new Router(address)
    router.go(route('query'))
    address.back()
    expect(router.current).toEqual(route('overview'))
  })

  it('leaves no step where it replaces or stays', () => {
    const address = new FakeAddress('/overview')
    const router = new Router(address)
    router.go(route('query'))
    router.go(route('query'))
    router.go(route('query', null, { tab: '2' }), 'replace')
    expect(address.visited).toEqual(['/overview', '/query?tab=2'])
  })

  it('knows its own links and leaves foreign ones alone', () => {
    const router = new Router(new FakeAddress())
    expect(router.routeOfHref('/dead-letters/7')).toEqual(route('dead-letters', '7'))
    expect(router.routeOfHref('#/query')).toEqual(route('query'))
    expect(router.routeOfHref('https://example.com/query')).toBeNull()
    expect(router.routeOfHref('/assets/index.js')).toBeNull()
  })
})

describe('the address bar', () => {
  it('is the path of the page', () => {
    const address = browserAddress(window)
    address.write('/pipelines/a%20b?step=x', 'push')
    expect(address.read()).toBe('/pipelines/a%20b?step=x')
    expect(address.href('/query')).toBe('/query')
  })

  it('is the fragment where a page is opened from a file', () => {
    const history: string[] = []
    const push = (_state: unknown, _title: string, target: string): number => history.push(target)
    const page = {
      location: { protocol: 'file:', hash: '#/query', pathname: '/x.html', search: '' },
      history: { pushState: push },
    } as unknown as Window
    const address = browserAddress(page)
    expect(address.read()).toBe('/query')
    address.write('/overview', 'push')
    expect(history).toEqual(['#/overview'])
  })
})
