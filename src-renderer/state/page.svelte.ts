/** Whether the page can be seen at all, as rune state; what is asked for only to be looked at stops while it cannot. */

export class PageState {
  readonly #page: Window
  #isVisible = $state(true)

  constructor(page: Window) {
    this.#page = page
    this.#isVisible = page.document.visibilityState !== 'hidden'
  }

  get isVisible(): boolean {
    return this.#isVisible
  }

  /** Begins to follow the page; the result stops that. */
  start(): () => void {
    const follow = (): void => {
      this.#isVisible = this.#page.document.visibilityState !== 'hidden'
    }
    this.#page.document.addEventListener('visibilitychange', follow)
    return () => {
      this.#page.document.removeEventListener('visibilitychange', follow)
    }
  }
}
