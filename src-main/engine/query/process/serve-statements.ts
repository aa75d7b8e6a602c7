/**
 * The main thread of a query process: takes one order at a time from the pool and answers it. It opens the store when
 * first told, and again before an order if that failed.
 */
import fs from 'node:fs'
import { Worker } from 'node:worker_threads'
import { parseOrder } from '../process-messages.ts'
import type { SqlValue } from '../../../columns/values.ts'
import type { AdviseOrder, ExecuteOrder, OpenOrder, ProcessReport, ReadOrder } from '../process-messages.ts'
import { openStore } from './open-store.ts'
import type { OpenStore } from './open-store.ts'
import { QueryFault, sqliteCode } from './query-fault.ts'
import { memoryBytes, parseRow, runStatement } from './run-statement.ts'
import { faultOf } from './sql-fault.ts'
import type { WatchdogOrder } from './watchdog.ts'

/** Serves until the parent has gone. Ctrl C in a terminal reaches this process too; the parent decides what ends. */
export function serveStatements(entry: URL): void {
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
  let server: StatementServer | null = null
  process.on('disconnect', () => {
    leave(server?.folder ?? null)
  })
  process.on('message', (message) => {
    const order = parseOrder(message)
    if (order?.kind === 'open') {
      const busy = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
      server = new StatementServer(order, busy)
      startWatchdog(entry, order, busy)
    } else if (order !== null && server !== null) {
      void server.answer(order)
    }
  })
}

/** Ends this process, whose parent has gone: nobody will read what lies in the folder. */
function leave(folder: string | null): never {
  if (folder !== null) fs.rmSync(folder, { recursive: true, force: true })
  process.exit(0)
}

class StatementServer {
  readonly folder: string
  readonly #order: OpenOrder
  readonly #busy: Int32Array<SharedArrayBuffer>
  #store: OpenStore | null = null

  constructor(order: OpenOrder, busy: Int32Array<SharedArrayBuffer>) {
    this.folder = order.folder
    this.#order = order
    this.#busy = busy
    try {
      this.#store = openStore(order.storeFile, order.limits)
    } catch (error) {
      // Told with the first order, which tries again.
      if (!(error instanceof QueryFault)) throw error
    }
    void this.#send({ kind: 'ready', memoryBytes: memoryBytes() })
  }

  /** The watchdog is off duty again before the answer leaves, since the next order may follow at once. */
  async answer(order: ExecuteOrder | ReadOrder | AdviseOrder): Promise<void> {
    this.#setBusy(1)
    const answer = await this.#answerTo(order)
    this.#setBusy(0)
    await this.#send(answer)
  }

  async #answerTo(order: ExecuteOrder | ReadOrder | AdviseOrder): Promise<ProcessReport> {
    try {
      this.#store ??= openStore(this.#order.storeFile, this.#order.limits)
      if (order.kind === 'read') return readRows(this.#store, order)
      if (order.kind === 'advise') return await this.#advise(order)
      return await runStatement(this.#store, order, {
        limits: this.#order.limits,
        report: (message) => this.#send(message),
      })
    } catch (error) {
      const fault = error instanceof QueryFault ? error : new QueryFault('INTERNAL', String(error))
      return { kind: 'failed', pages: [], fault: fault.toShape(), memoryBytes: memoryBytes() }
    }
  }

  /** Loaded where it is asked for: most processes never are. */
  async #advise({ workspace, asked }: AdviseOrder): Promise<ProcessReport> {
    const { advise } = await import('../advice/advise.ts')
    const { storeFile } = this.#order
    try {
      const findings = await advise({ storeFile, workspace, asked }, (sofar) =>
        this.#send({ kind: 'findings', findings: sofar }),
      )
      return { kind: 'advised', findings, memoryBytes: memoryBytes() }
    } catch (error) {
      if (sqliteCode(error) === null) throw error
      const reason = error instanceof Error ? error.message : ''
      throw new QueryFault('STORE_UNUSABLE', `The store ${storeFile} cannot be read: ${reason}.`)
    }
  }

  /** Resolves when the message has left; where it cannot leave, the parent has gone. */
  #send(message: ProcessReport): Promise<void> {
    return new Promise((resolve) => {
      if (process.send === undefined || !process.connected) leave(this.folder)
      process.send(message, undefined, undefined, (error) => {
        if (error === null) resolve()
        else leave(this.folder)
      })
    })
  }

  #setBusy(busy: 0 | 1): void {
    Atomics.store(this.#busy, 0, busy)
    Atomics.notify(this.#busy, 0)
  }
}

function startWatchdog(entry: URL, order: OpenOrder, busy: Int32Array<SharedArrayBuffer>): void {
  const watchdog: WatchdogOrder = {
    parentId: order.parentId,
    folder: order.folder,
    memoryBytes: memoryBytes() + order.limits.heapBytes,
    temporaryBytes: order.limits.temporaryBytes,
    busy,
  }
  new Worker(entry, { workerData: watchdog }).unref()
}

function readRows(store: OpenStore, order: ReadOrder): ProcessReport {
  const statement = { text: order.sql, start: 0, end: order.sql.length }
  try {
    store.authorizer.forget()
    const compiled = store.database.prepare(order.sql)
    compiled.setReadBigInts(true)
    compiled.setReturnArrays(true)
    const rows: SqlValue[][] = []
    for (const row of compiled.iterate(...order.parameters)) {
      if (rows.length >= order.rowLimit) {
        throw new QueryFault('QUERY_SIZE_LIMIT', `The read gave more than ${String(order.rowLimit)} rows.`)
      }
      rows.push(parseRow(row))
    }
    return { kind: 'values', rows, memoryBytes: memoryBytes() }
  } catch (error) {
    throw faultOf(error, store, statement)
  }
}
