/** One broker of the harness: a process that is started, stopped, killed, paused and resumed. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type JavaProcess, startJava } from './java-process.ts'

const heapMb = 512

export class BrokerNode {
  readonly id: number
  readonly folder: string
  readonly propertiesFile: string
  #process: JavaProcess | null = null

  constructor(id: number, clusterFolder: string, properties: readonly string[]) {
    this.id = id
    this.folder = path.join(clusterFolder, `node-${id}`)
    this.propertiesFile = path.join(this.folder, 'server.properties')
    mkdirSync(this.folder, { recursive: true })
    writeFileSync(this.propertiesFile, properties.map((line) => `${line}\n`).join(''))
  }

  /** Resolves when the broker says that it has started. */
  async start(): Promise<void> {
    const options = { heapMb, ready: /Kafka Server started/, cwd: this.folder }
    this.#process = await startJava(['kafka.Kafka', this.propertiesFile], options)
  }

  /** Lets it hand its partitions over, and waits for its end. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Ends it at once, as a power cut does. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** It keeps its connections but does nothing any more, until {@link resume}. */
  pause(): void {
    this.#process?.child.kill('SIGSTOP')
  }

  resume(): void {
    this.#process?.child.kill('SIGCONT')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const running = this.#process
    this.#process = null
    if (running === null) return
    running.child.kill(signal)
    await running.ended
  }
}
