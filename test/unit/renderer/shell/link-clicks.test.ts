import { beforeEach, describe, expect, it } from 'vitest'
import { followLinks } from '../../../../src-renderer/shell/link-clicks.ts'
import { Router, route } from '../../../../src-renderer/state/router.svelte.ts'
import { FakeAddress } from '../test-app.ts'

let router: Router

/** Clicks a word inside a link. @returns whether the click was taken from the browser */
function click(attributes: Record<string, string>, init: MouseEventInit = {}): boolean {
  const link = document.createElement('a')
  for (const [name, value] of Object.entries(attributes)) link.setAttribute(name, value)
  const word = document.createElement('b')
  link.append(word)
  document.body.replaceChildren(link)
  const event = new MouseEvent('click', { bubbles: true, cancelable: true, ...init })
  let isTaken = false
  document.body.onclick = (seen) => {
    followLinks(router)(seen)
    isTaken = seen.defaultPrevented
    seen.preventDefault()
  }
  word.dispatchEvent(event)
  return isTaken
}

beforeEach(() => {
  router = new Router(new FakeAddress('/overview'))
})

describe('a click on a link', () => {
  it('to a view changes the view without loading the page', () => {
    expect(click({ href: '/pipelines/late?step=a' })).toBe(true)
    expect(router.current).toEqual(route('pipelines', 'late', { step: 'a' }))
  })

  it.each([
    ['a foreign address', { href: 'https://example.com/' }, {}],
    ['a file', { href: '/assets/index.js' }, {}],
    ['a download', { href: '/query', download: '' }, {}],
    ['another window', { href: '/query', target: '_blank' }, {}],
    ['no address', {}, {}],
    ['a new tab', { href: '/query' }, { ctrlKey: true }],
    ['a new window', { href: '/query' }, { shiftKey: true }],
    ['the middle button', { href: '/query' }, { button: 1 }],
  ])('is left to the browser: %s', (_name, attributes, init) => {
    expect(click(attributes, init)).toBe(false)
    expect(router.current).toEqual(route('overview'))
  })
})
