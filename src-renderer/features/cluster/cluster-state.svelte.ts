/** What the cluster view asks the engine for: the cluster as a whole, and the configuration of one broker. */
import type { BrokerConfig, ClusterView } from '#contract/cluster.ts'
import type { App } from '../../state/app.ts'
import { Polled } from '../../state/polled.svelte.ts'
import { keptState } from '../../state/view.ts'

const clusterEveryMs = 2000
/** Configuration changes seldom. */
const configEveryMs = 15_000

export class ClusterState {
  readonly cluster: Polled<ClusterView>
  readonly config: Polled<BrokerConfig>
  #connection = ''
  #broker: number | null = null

  constructor({ client }: Pick<App, 'client'>) {
    this.cluster = new Polled({
      everyMs: clusterEveryMs,
      load: (signal) => client.cluster.get({ connection: this.#connection }, { signal }),
    })
    this.config = new Polled({
      everyMs: configEveryMs,
      load: (signal) =>
        client.cluster.brokerConfig({ connection: this.#connection, broker: this.#broker ?? 0 }, { signal }),
    })
  }

  /** Asks about one cluster until stopped; what is known of another is forgotten. */
  start(connection: string): () => void {
    if (connection !== this.#connection) {
      this.#connection = connection
      this.#broker = null
      this.cluster.reset()
      this.config.reset()
    }
    return this.cluster.start()
  }

  /** Asks for the configuration of one broker until stopped. */
  startConfig(broker: number): () => void {
    if (broker !== this.#broker) {
      this.#broker = broker
      this.config.reset()
    }
    return this.config.start()
  }
}

export const clusterState = keptState((app) => new ClusterState(app))
