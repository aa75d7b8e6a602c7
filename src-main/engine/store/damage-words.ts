/** What is said of a store that was set aside. Pure. */
import type { SetAside } from './set-aside.ts'

export function setAsideWords(storeFile: string, { file, reason }: SetAside): string {
  return (
    `the store ${storeFile} is damaged (${reason}). It was set aside as ${file}, and a new store is begun: ` +
    'captures are read again from their beginning, topics as far as their logs hold what the store had'
  )
}
