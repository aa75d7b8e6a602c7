import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TabStorage, keptClosed } from '../../../../src-renderer/features/query/tab-storage.ts'
import { QueryTabs } from '../../../../src-renderer/features/query/tabs.svelte.ts'
import { FakeClock } from '../fake-clock.ts'
import { MemoryStorage } from './memory-storage.ts'

function open(storage = new MemoryStorage(), clock = new FakeClock()) {
  const newId = (): string => `t${String(storage.keys().length)}-${String(Math.random())}`
  return { storage, clock, tabs: new QueryTabs({ storage: new TabStorage(storage), clock, newId }) }
}
const texts = (tabs: QueryTabs): string[] => tabs.list.map((tab) => tab.text)

describe('tabs', () => {
  it('begin with one that is empty', () => {
    const { tabs } = open()
    expect([texts(tabs), tabs.active.title]).toEqual([[''], 'Untitled'])
  })

  it('survive a restart with order, names and the active one', async () => {
    const { storage, clock, tabs } = open()
    tabs.edit(tabs.active.id, 'SELECT 1 FROM late_flights')
    const second = tabs.create('SELECT 2')
    tabs.create('-- third one\nSELECT 3')
    tabs.rename(second, '  Revenue  ')
    tabs.select(second.id)
    await clock.advance(500)
    const again = open(storage, clock).tabs
    expect(again.list.map((tab) => tab.title)).toEqual(['late_flights', 'Revenue', 'third one'])
    expect(again.active.text).toBe('SELECT 2')
  })

  it('write what is typed soon after, and at once when the page may go', async () => {
    const { storage, clock, tabs } = open()
    tabs.edit(tabs.active.id, 'SELECT 1')
    await clock.advance(300)
    tabs.edit(tabs.active.id, 'SELECT 12')
    await clock.advance(300)
    expect(texts(open(storage).tabs)).toEqual([''])
    await clock.advance(200)
    expect(texts(open(storage).tabs)).toEqual(['SELECT 12'])
    tabs.edit(tabs.active.id, 'SELECT 123')
    tabs.flush()
    expect(texts(open(storage).tabs)).toEqual(['SELECT 123'])
  })

  it('come back after closing, also after a restart, and leave one behind', () => {
    const { storage, clock, tabs } = open()
    tabs.edit(tabs.active.id, 'SELECT 1')
    tabs.close(tabs.active.id)
    expect([texts(tabs), tabs.lastClosed?.text]).toEqual([[''], 'SELECT 1'])
    const again = open(storage, clock).tabs
    expect(again.undoClose()?.text).toBe('SELECT 1')
    expect([again.active.text, again.lastClosed, again.undoClose()]).toEqual(['SELECT 1', null, null])
  })

  it('forget closed ones beyond a bound, and empty ones at once', async () => {
    const { storage, clock, tabs } = open()
    tabs.close(tabs.active.id)
    for (let index = 0; index < keptClosed + 3; index++) {
      await clock.advance(1000)
      tabs.close(tabs.create(`SELECT ${String(index)}`).id)
    }
    const closed = new TabStorage(storage).load().closed.map((tab) => tab.text)
    expect([closed.length, closed[0]]).toEqual([keptClosed, `SELECT ${String(keptClosed + 2)}`])
  })

  it('show the neighbour of the one that was closed', () => {
    const { tabs } = open()
    const [first] = tabs.list
    const second = tabs.create('2')
    const third = tabs.create('3')
    tabs.select(second.id)
    tabs.close(second.id)
    expect(tabs.active).toBe(third)
    tabs.close(third.id)
    expect(tabs.active).toBe(first)
    tabs.create('4')
    tabs.cycle(1)
    expect(tabs.active).toBe(first)
    tabs.cycle(-1)
    expect(tabs.active.text).toBe('4')
  })

  it('make room by forgetting closed tabs, and say when there is none', () => {
    const { tabs } = open(new MemoryStorage(3000))
    const old = tabs.create('x'.repeat(1500))
    tabs.close(old.id)
    const large = tabs.create('y'.repeat(2000))
    expect(large.isKept).toBe(true)
    const larger = tabs.create('z'.repeat(3000))
    expect([larger.isKept, larger.text.length]).toEqual([false, 3000])
  })

  it('take newer text of another window unless something is typed here', async () => {
    const { storage, clock, tabs } = open()
    tabs.edit(tabs.active.id, 'mine')
    await clock.advance(500)
    const [key] = storage.keys().filter((name) => name.includes('tab.'))
    const other = (text: string, savedAt: number): string =>
      JSON.stringify({ title: null, text, closedAt: null, savedAt, run: null })
    tabs.receive(key!, other('older', 1))
    expect(texts(tabs)).toEqual(['mine'])
    tabs.receive(key!, other('theirs', 10_000))
    expect(texts(tabs)).toEqual(['theirs'])
    tabs.edit(tabs.active.id, 'typing')
    tabs.receive(key!, other('theirs again', 20_000))
    expect(texts(tabs)).toEqual(['typing'])
  })
})

describe('damaged storage', () => {
  it('gives back the text of a tab whose entry is torn', () => {
    const { storage, tabs } = open()
    tabs.edit(tabs.active.id, 'SELECT precious')
    tabs.flush()
    const [key, raw] = [...storage.entries].find(([name]) => name.includes('tab.'))!
    storage.entries.set(key, raw.slice(0, -5))
    storage.entries.set('penstock.query.tabs', '{"ids":')
    const again = open(storage).tabs
    expect(again.recovered).toBe(1)
    expect(again.active.text).toContain('SELECT precious')
  })

  it('gives back the text where only the rest is of another shape', () => {
    const storage = new MemoryStorage()
    storage.entries.set('penstock.query.tab.a', JSON.stringify({ text: 'SELECT 1', title: 5 }))
    expect(texts(open(storage).tabs)).toEqual(['SELECT 1'])
  })

  it('never ends the view, whatever is stored', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (order, entry) => {
        const storage = new MemoryStorage()
        storage.entries.set('penstock.query.tabs', order)
        storage.entries.set('penstock.query.tab.a', entry)
        const { tabs } = open(storage)
        expect(tabs.list.length).toBeGreaterThan(0)
        if (entry.trim() !== '') expect(texts(tabs).join()).toContain(entry)
      }),
    )
  })
})
