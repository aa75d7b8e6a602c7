/** Clicks on links to views change the view without loading the page again. */
import type { Router } from '../state/router.svelte.ts'

/** A listener for clicks on the document. Clicks that ask for a new tab or window are the browser's. */
export function followLinks(router: Router): (event: MouseEvent) => void {
  return (event) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    const target = event.target
    const link = target instanceof Element ? target.closest('a') : null
    const href = link?.getAttribute('href') ?? null
    if (link === null || href === null || link.target !== '' || link.hasAttribute('download')) return
    const route = router.routeOfHref(href)
    if (route === null) return
    event.preventDefault()
    router.go(route)
  }
}
