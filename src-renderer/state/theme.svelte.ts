/** Light, dark, or as the system has it; writes `data-theme` on the page. */
import type { Preferences } from './preferences.ts'

export const themeChoices = ['system', 'light', 'dark'] as const
export type ThemeChoice = (typeof themeChoices)[number]
export type Theme = 'light' | 'dark'

const key = 'theme'

/** The person's choice and the theme that follows from it, as rune state. */
export class ThemeState {
  readonly #preferences: Preferences
  readonly #page: Window
  readonly #systemDark: MediaQueryList
  #choice = $state<ThemeChoice>('system')
  #theme = $state<Theme>('dark')

  constructor(page: Window, preferences: Preferences) {
    this.#page = page
    this.#preferences = preferences
    this.#systemDark = page.matchMedia('(prefers-color-scheme: dark)')
    const stored = preferences.read(key)
    this.#choice = themeChoices.find((choice) => choice === stored) ?? 'system'
    this.#apply()
  }

  get choice(): ThemeChoice {
    return this.#choice
  }

  set choice(choice: ThemeChoice) {
    this.#choice = choice
    this.#preferences.write(key, choice)
    this.#apply()
  }

  /** The theme in force. Charts read it to draw again when it changes. */
  get theme(): Theme {
    return this.#theme
  }

  /** Follows the system's own switch; the result stops that. */
  start(): () => void {
    const follow = (): void => {
      this.#apply()
    }
    this.#systemDark.addEventListener('change', follow)
    return () => {
      this.#systemDark.removeEventListener('change', follow)
    }
  }

  #apply(): void {
    const system: Theme = this.#systemDark.matches ? 'dark' : 'light'
    this.#theme = this.#choice === 'system' ? system : this.#choice
    this.#page.document.documentElement.dataset['theme'] = this.#theme
  }
}
