/** A source that must not read anything, and says why. Ingest thread. */
import type { IngestSource, SourcePort } from './source-port.ts'

export class RefusedSource implements IngestSource {
  readonly #reason: string
  readonly #port: SourcePort

  constructor(reason: string, port: SourcePort) {
    this.#reason = reason
    this.#port = port
  }

  run(): Promise<void> {
    this.#port.event('error', 'source-refused', this.#reason)
    this.#port.state('failed', this.#reason)
    return Promise.resolve()
  }

  reuse(): void {
    return
  }

  stop(): void {
    return
  }
}
