/** What the console remembers about a person between starts, in the browser's own storage. Never anything secret. */

/** Named texts that outlive the page. Reading and writing never throw. */
export interface Preferences {
  read(key: string): string | null
  write(key: string, value: string): void
}

/** The browser's storage; where it is switched off or full, things are remembered until the page goes. */
export function browserPreferences(page: Window): Preferences {
  const kept = new Map<string, string>()
  return {
    read: (key) => {
      const known = kept.get(key)
      if (known !== undefined) return known
      try {
        return page.localStorage.getItem(`penstock.${key}`)
      } catch {
        // Storage is switched off by the person; what is in memory counts.
        return null
      }
    },
    write: (key, value) => {
      kept.set(key, value)
      try {
        page.localStorage.setItem(`penstock.${key}`, value)
      } catch {
        // Switched off or full: kept in memory above.
      }
    },
  }
}

/** Preferences that end with the page; for tests. */
export function memoryPreferences(initial: Record<string, string> = {}): Preferences {
  const kept = new Map(Object.entries(initial))
  return {
    read: (key) => kept.get(key) ?? null,
    write: (key, value) => {
      kept.set(key, value)
    },
  }
}
