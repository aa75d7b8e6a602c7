/** What a change of penstock.yaml does to what runs, in words that follow "Saving" or "Removing it". Pure. */

/** @param mode where the store is; null where that is not known yet */
export function reopenWords(mode: 'memory' | 'disk' | null): string {
  const words = 'writes penstock.yaml, where comments stay, and opens the workspace again'
  switch (mode) {
    case 'memory':
      return `${words}; the store in memory begins empty.`
    case 'disk':
      return `${words}; the store on disk goes on where it stopped.`
    default:
      return `${words}.`
  }
}
