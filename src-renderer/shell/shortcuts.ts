/** The keys that work everywhere. Single letters are left to whoever is being typed into. */
import type { ViewName } from '../state/router.svelte.ts'
import { viewEntries } from './views.ts'

export interface ShortcutActions {
  go(view: ViewName): void
  togglePalette(): void
  showHelp(): void
  /** Puts the cursor into the search field of the view; false where it has none. */
  focusSearch(): boolean
  /** True while a dialog has the keyboard. */
  isBlocked(): boolean
}

/** `g` waits this long for its second key, milliseconds. */
const sequenceMs = 1500

/** A listener for keydown on the window. */
export function createShortcuts(actions: ShortcutActions): (event: KeyboardEvent) => void {
  let goUntil = 0
  return (event) => {
    if (event.isComposing || event.defaultPrevented) return
    const key = event.key.toLowerCase()
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && key === 'k') {
      event.preventDefault()
      actions.togglePalette()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || actions.isBlocked()) return
    const isSecond = event.timeStamp < goUntil
    goUntil = 0
    if (isSecond) {
      const entry = viewEntries.find((view) => view.key === key)
      if (entry === undefined) return
      event.preventDefault()
      actions.go(entry.name)
    } else if (key === 'g') goUntil = event.timeStamp + sequenceMs
    else if (key === '?') actions.showHelp()
    else if (key === '/') {
      event.preventDefault()
      if (!actions.focusSearch()) actions.togglePalette()
    }
  }
}

function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0]
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.closest('[contenteditable="true"]') !== null) return true
  if (target instanceof HTMLInputElement) return target.type !== 'radio' && target.type !== 'checkbox'
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

/** What `?` lists; `Ctrl` reads as the command key on a Mac. */
export const shortcutList: readonly { keys: string; does: string }[] = [
  { keys: 'Ctrl K', does: 'Search or run a command' },
  ...viewEntries.map((view) => ({ keys: `g ${view.key}`, does: `Go to ${view.title}` })),
  { keys: '/', does: 'Search in this view' },
  { keys: '?', does: 'Show these shortcuts' },
  { keys: 'Esc', does: 'Close what is open' },
  { keys: 'Ctrl Enter', does: 'Run the statement (Query)' },
]

/** Keys as the person's keyboard names them. */
export function keyNames(keys: string, isMac: boolean): string[] {
  return keys.split(' ').map((key) => (isMac && key === 'Ctrl' ? '⌘' : key))
}

/** Whether the keyboard is that of a Mac. */
export function hasMacKeys(navigator: Navigator): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent)
}
