/** Storage in memory with a bound, like the browser's. */
import type { StoragePort } from '../../../../src-renderer/features/query/tab-storage.ts'

export class MemoryStorage implements StoragePort {
  readonly entries = new Map<string, string>()
  readonly capacity: number

  constructor(capacity = Infinity) {
    this.capacity = capacity
  }

  keys(): string[] {
    return [...this.entries.keys()]
  }

  get(key: string): string | null {
    return this.entries.get(key) ?? null
  }

  set(key: string, value: string): boolean {
    let size = key.length + value.length
    for (const [other, held] of this.entries) if (other !== key) size += other.length + held.length
    if (size > this.capacity) return false
    this.entries.set(key, value)
    return true
  }

  remove(key: string): void {
    this.entries.delete(key)
  }
}
