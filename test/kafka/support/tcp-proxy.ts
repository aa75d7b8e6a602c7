/** A TCP proxy in front of one broker that can slow down, cut and swallow what goes through it. */
import { createServer, connect, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { portOf } from './ports.ts'

interface Pair {
  client: Socket
  broker: Socket
}

export class TcpProxy {
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  readonly #timers = new Set<NodeJS.Timeout>()
  /** Port of the broker behind it. */
  targetPort = 0
  /** Each piece of data arrives so much later, in both directions. Milliseconds. */
  delayMs = 0
  /** Share of pieces at which the connection is cut instead. */
  cutShare = 0
  /** Connections that were cut by {@link cutShare}. */
  cuts = 0
  /** Connections that were opened since the start. */
  opened = 0
  #isBlackHole = false
  #isDown = false
  #random = 0x2545f491

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (client) => {
      this.#accept(client)
    })
  }

  static async start(): Promise<TcpProxy> {
    const server = createServer()
    const proxy = new TcpProxy(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    return portOf(this.#server)
  }

  /** Cuts every connection, and every new one until {@link restore}. */
  cut(): void {
    this.#isDown = true
    this.#cutAll()
  }

  /** Keeps connections open, also new ones, but lets nothing through until {@link restore}. */
  blackHole(): void {
    this.#isBlackHole = true
  }

  /** Lets everything through again. What was swallowed stays so: such connections are cut. */
  restore(): void {
    const wasBlackHole = this.#isBlackHole
    this.#isBlackHole = false
    this.#isDown = false
    this.delayMs = 0
    this.cutShare = 0
    if (wasBlackHole) this.#cutAll()
  }

  /** A fault that lasts so long; resolves when it is over. */
  async faultFor(ms: number, begin: () => void): Promise<void> {
    begin()
    await delay(ms)
    this.restore()
  }

  async close(): Promise<void> {
    this.cut()
    for (const timer of this.#timers) clearTimeout(timer)
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #cutAll(): void {
    for (const { client, broker } of this.#pairs) {
      client.resetAndDestroy()
      broker.destroy()
    }
  }

  #accept(client: Socket): void {
    this.opened++
    client.on('error', () => client.destroy())
    if (this.#isDown) return void client.resetAndDestroy()
    const broker = connect(this.targetPort, '127.0.0.1')
    broker.on('error', () => broker.destroy())
    const pair = { client, broker }
    this.#pairs.add(pair)
    for (const [from, to] of [
      [client, broker],
      [broker, client],
    ] as const) {
      from.on('data', (data) => {
        this.#pass(pair, to, data)
      })
      to.on('drain', () => from.resume())
      from.once('close', () => {
        this.#pairs.delete(pair)
        to.destroy()
      })
    }
  }

  #pass(pair: Pair, to: Socket, data: Buffer): void {
    if (this.#isBlackHole) return
    if (this.cutShare > 0 && this.#chance() < this.cutShare) {
      this.cuts++
      pair.client.resetAndDestroy()
      pair.broker.destroy()
      return
    }
    const send = (): void => {
      const from = to === pair.client ? pair.broker : pair.client
      if (!to.destroyed && !to.write(data)) from.pause()
    }
    if (this.delayMs === 0) {
      send()
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      send()
    }, this.delayMs)
    this.#timers.add(timer)
  }

  /** xorshift: the same at each run. */
  #chance(): number {
    this.#random ^= this.#random << 13
    this.#random ^= this.#random >>> 17
    this.#random ^= this.#random << 5
    return (this.#random >>> 0) / 2 ** 32
  }
}
