/**
 * What the store thread does where its store has no room or is damaged. Damage is noted beside the store, so that whoever opens it
 * next sets it aside. Store thread only.
 */
import { AppError } from '#contract/errors.ts'
import { isDamage, noteDamage } from '../store/damage.ts'
import { isStoreFull, storeFullReason } from '../store/store-full.ts'

/** What the faults are asked about. */
export interface StoreFaultPorts {
  /** The store file. @throws AppError INTERNAL where none is open */
  file: () => string
  /** Whether the thread runs a plan already. */
  isRunning: () => boolean
}

export class StoreFaults {
  readonly #ports: StoreFaultPorts

  constructor(ports: StoreFaultPorts) {
    this.#ports = ports
  }

  /** Somebody else has found the store damaged: this thread ends, and the next one begins a new store. */
  giveUp(reason: string): void {
    noteDamage(this.#ports.file(), reason)
    setImmediate(() => {
      throw new AppError('STORE_DAMAGED', `the store is damaged: ${reason}`)
    })
  }

  /**
   * @throws AppError STORE_FULL where the work finds no room: nothing can begin then, so that waiting does not help;
   * STORE_DAMAGED
   */
  unlessFull<Output>(work: () => Output): Output {
    try {
      return work()
    } catch (error) {
      if (isDamage(error)) throw this.#damaged(error)
      if (!isStoreFull(error)) throw error
      throw new AppError('STORE_FULL', storeFullReason(error, this.#ports.file()), { cause: error })
    }
  }

  /** Before anything runs whoever starts is told, and starts again; later this thread ends, and is started anew. */
  #damaged(error: Error): AppError {
    const file = this.#ports.file()
    if (this.#ports.isRunning()) this.giveUp(error.message)
    else noteDamage(file, error.message)
    return new AppError('STORE_DAMAGED', `the store ${file} is damaged: ${error.message}`, { cause: error })
  }
}
