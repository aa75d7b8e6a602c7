/** The steps of one connection test as they go. Every text passes here, and none leaves with a secret in it. */
import type { ConnectionStep } from '#contract/connections.ts'
import { hideSecrets } from '../kafka/client/hide-secrets.ts'

export type StepName = ConnectionStep['name']

const order = [
  'secrets',
  'resolve',
  'connect',
  'tls',
  'authenticate',
  'metadata',
  'fetch',
  'registry',
] as const

/** How a step failed: the other side's own words, and what to try next. */
export interface StepFault {
  error: string
  advice: string
  detail?: string
}

export class TestSteps {
  readonly #steps = new Map<StepName, ConnectionStep>()
  readonly #begun = new Map<StepName, number>()
  readonly #changed: (steps: ConnectionStep[]) => void
  readonly #now: () => number
  #hidden: readonly string[] = []

  /** @param changed told of each change, with a copy */
  constructor(changed: (steps: ConnectionStep[]) => void, now: () => number = () => performance.now()) {
    this.#changed = changed
    this.#now = now
    for (const name of order) {
      this.#steps.set(name, { name, state: 'pending', detail: '', error: '', advice: '', ms: null })
    }
  }

  /** Texts that must not be shown from now on. */
  hide(secrets: readonly string[]): void {
    this.#hidden = secrets
  }

  state(name: StepName): ConnectionStep['state'] {
    return this.#steps.get(name)?.state ?? 'pending'
  }

  begin(name: StepName): void {
    this.#begun.set(name, this.#now())
    this.#set(name, { state: 'running', detail: '', error: '', advice: '', ms: null })
  }

  pass(name: StepName, detail: string): void {
    this.#set(name, { state: 'passed', detail, ms: this.#elapsed(name) })
  }

  fail(name: StepName, { error, advice, detail = '' }: StepFault): void {
    const ms = this.#steps.get(name)?.ms ?? this.#elapsed(name)
    this.#set(name, { state: 'failed', error, advice, detail, ms })
  }

  skip(name: StepName, why: string): void {
    this.#set(name, { state: 'skipped', detail: why, error: '', advice: '', ms: null })
  }

  /** These steps as they stand, to be shown again when another try has told less. */
  keep(names: readonly StepName[]): ConnectionStep[] {
    return names.flatMap((name) => {
      const step = this.#steps.get(name)
      if (step === undefined) return []
      return [step.state === 'running' ? { ...step, ms: this.#elapsed(name) } : step]
    })
  }

  restore(kept: readonly ConnectionStep[]): void {
    for (const step of kept) this.#set(step.name, step)
  }

  /** Begins anew with these steps, as another address is tried. */
  reset(names: readonly StepName[]): void {
    for (const name of names) {
      this.#begun.delete(name)
      this.#set(name, { state: 'pending', detail: '', error: '', advice: '', ms: null })
    }
  }

  /** Skips whatever has not run. */
  skipRest(why: string): void {
    for (const name of order) {
      if (this.state(name) === 'pending' || this.state(name) === 'running') this.skip(name, why)
    }
  }

  #elapsed(name: StepName): number {
    return Math.max(0, this.#now() - (this.#begun.get(name) ?? this.#now()))
  }

  #set(name: StepName, change: Partial<ConnectionStep>): void {
    const step = this.#steps.get(name)
    if (step === undefined) return
    const next = { ...step, ...change }
    this.#steps.set(name, {
      ...next,
      detail: this.#clean(next.detail),
      error: this.#clean(next.error),
      advice: this.#clean(next.advice),
    })
    this.#changed([...this.#steps.values()].map((one) => ({ ...one })))
  }

  #clean(text: string): string {
    return hideSecrets(text, this.#hidden)
  }
}
