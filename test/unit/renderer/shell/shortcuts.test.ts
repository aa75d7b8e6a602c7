import { beforeEach, describe, expect, it } from 'vitest'
import { createShortcuts, keyNames, shortcutList } from '../../../../src-renderer/shell/shortcuts.ts'

let did: string[]
let isBlocked: boolean
let hasSearch: boolean

function listen(): void {
  const onkeydown = createShortcuts({
    go: (view) => did.push(`go ${view}`),
    togglePalette: () => did.push('palette'),
    showHelp: () => did.push('help'),
    focusSearch: () => {
      if (hasSearch) did.push('search')
      return hasSearch
    },
    isBlocked: () => isBlocked,
  })
  document.body.replaceChildren()
  document.body.onkeydown = onkeydown
}

interface Press extends KeyboardEventInit {
  on?: Element
  at?: number
}

function press(key: string, { on = document.body, at, ...init }: Press = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', {
    key,
    bubbles: true,
    cancelable: true,
    composed: true,
    ...init,
  })
  if (at !== undefined) Object.defineProperty(event, 'timeStamp', { value: at })
  on.dispatchEvent(event)
  return event
}

beforeEach(() => {
  did = []
  isBlocked = false
  hasSearch = true
  listen()
})

describe('keys that work everywhere', () => {
  it('g and a letter go to a view', () => {
    for (const key of ['g', 'o', 'g', 'p', 'g', 'q', 'g', 'd']) press(key)
    expect(did).toEqual(['go overview', 'go pipelines', 'go query', 'go dead-letters'])
  })

  it('g waits a moment for its letter, and a wrong one ends the wait', () => {
    press('g', { at: 1000 })
    press('o', { at: 2600 })
    press('g', { at: 3000 })
    press('x', { at: 3100 })
    press('o', { at: 3200 })
    expect(did).toEqual([])
  })

  it('Ctrl or command and K opens the palette, also while typing', () => {
    const input = document.createElement('input')
    document.body.append(input)
    expect(press('k', { ctrlKey: true, on: input }).defaultPrevented).toBe(true)
    press('K', { metaKey: true })
    expect(did).toEqual(['palette', 'palette'])
  })

  it('the slash goes to the search field of the view, or to the palette where there is none', () => {
    expect(press('/').defaultPrevented).toBe(true)
    hasSearch = false
    press('/')
    expect(did).toEqual(['search', 'palette'])
  })

  it.each(['input', 'textarea', 'select'])('letters are left to a %s that is typed into', (name) => {
    const field = document.createElement(name)
    document.body.append(field)
    for (const key of ['g', 'o', '/', '?']) press(key, { on: field })
    expect(did).toEqual([])
  })

  it('letters are left to an editor, and to a dialog', () => {
    const editor = document.createElement('div')
    editor.setAttribute('contenteditable', 'true')
    const line = document.createElement('span')
    editor.append(line)
    document.body.append(editor)
    press('?', { on: line })
    isBlocked = true
    press('?')
    expect(did).toEqual([])
  })

  it('a radio button is not typed into', () => {
    const radio = Object.assign(document.createElement('input'), { type: 'radio' })
    document.body.append(radio)
    press('?', { on: radio })
    expect(did).toEqual(['help'])
  })

  it('keys with others held down, or of an input method, are not taken', () => {
    press('?', { altKey: true })
    press('k', { ctrlKey: true, shiftKey: true })
    press('g', { isComposing: true })
    press('o')
    expect(did).toEqual([])
  })
})

describe('the list of keys', () => {
  it('names no combination twice', () => {
    expect(new Set(shortcutList.map(({ keys }) => keys)).size).toBe(shortcutList.length)
  })

  it('names keys as the keyboard has them', () => {
    expect([keyNames('Ctrl K', true), keyNames('Ctrl K', false)]).toEqual([
      ['⌘', 'K'],
      ['Ctrl', 'K'],
    ])
  })
})
