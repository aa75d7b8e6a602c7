/** What a changed workspace would lose, for the terminal. Pure. */

/** @param losses one sentence each */
export function lossWords(file: string, losses: readonly string[]): string {
  const lines = losses.map((loss) => `  ${loss}`)
  return [`${file} was changed since it filled its store, and running it would lose:`, ...lines].join('\n')
}
