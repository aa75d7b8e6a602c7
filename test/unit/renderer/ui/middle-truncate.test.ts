import { flushSync, mount, unmount } from 'svelte'
import { fromStore, writable } from 'svelte/store'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import MiddleTruncate from '../../../../src-renderer/ui/MiddleTruncate.svelte'
import { completePage } from '../test-app.ts'

/** What was asked of the layout and what was changed in it, in order. */
let layout: string[] = []
const mounted: object[] = []

/** Shows the name of an object, as views do with what a live snapshot holds. */
function show(name: string): (next: string) => void {
  const store = writable({ name })
  const stage = fromStore(store)
  const props = {
    get text() {
      return stage.current.name
    },
  }
  mounted.push(mount(MiddleTruncate, { target: document.body, props }))
  return (next) => {
    store.set({ name: next })
  }
}

async function settled(): Promise<void> {
  flushSync()
  await Promise.resolve()
}

beforeEach(() => {
  completePage()
  layout = []
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(60)
  vi.spyOn(HTMLElement.prototype, 'scrollWidth', 'get').mockImplementation(() => {
    layout.push('measured')
    return 60
  })
  vi.spyOn(CSSStyleDeclaration.prototype, 'setProperty').mockImplementation((name) => {
    layout.push(`${name} set`)
  })
})
afterEach(async () => {
  for (const component of mounted.splice(0)) await unmount(component)
  vi.restoreAllMocks()
})

it('all names of a page are measured before one of them is moved', async () => {
  show('a-topic-with-a-long-name-of-the-first-team')
  show('a-topic-with-a-long-name-of-the-second-team')
  await settled()
  expect(layout).toEqual(['measured', 'measured', 'translate set', 'translate set'])
})

it('a name that a new snapshot repeats is not measured again, another one is', async () => {
  const change = show('a-topic-with-a-long-name-of-the-first-team')
  await settled()
  layout = []
  change('a-topic-with-a-long-name-of-the-first-team')
  await settled()
  expect(layout).toEqual([])
  change('a-topic-with-a-long-name-of-the-other-team')
  await settled()
  expect(layout).toEqual(['measured', 'translate set'])
})
