/** What the ingest thread asks of the store thread about lookups. Store thread. */
import type { LookupShape } from '../batch/relations.ts'
import type { BatchWriter } from '../store/batch-writer.ts'
import type { LookupTables } from '../store/lookup-tables.ts'
import { type CallHandler, nowMs } from './thread-calls.ts'
import type { LookupChangeInput, LookupProblemInput, LookupRowsInput } from './thread-messages.ts'

/** What the calls work on, asked anew for each: both come and go with the store and its plan. */
export interface LookupPorts {
  tables: () => LookupTables
  writer: () => BatchWriter
  /** Runs work that may find no room. @throws AppError STORE_FULL */
  unlessFull: <Output>(work: () => Output) => Output
}

export function lookupCalls({ tables, writer, unlessFull }: LookupPorts): Record<string, CallHandler> {
  return {
    'lookup-begin': (shape: LookupShape) => unlessFull(() => tables().begin(shape)),
    'lookup-rows': ({ name, rows }: LookupRowsInput) => {
      unlessFull(() => {
        tables().add(name, rows)
      })
    },
    'lookup-commit': (name: string) => unlessFull(() => tables().commit(name, nowMs())),
    'lookup-holds': (shape: LookupShape) => tables().holds(shape),
    'lookup-prepare': (shape: LookupShape) => {
      unlessFull(() => {
        tables().prepare(shape)
      })
    },
    'lookup-change': ({ topic, dead, ...change }: LookupChangeInput) => {
      unlessFull(() => {
        writer().changeLookup(tables(), change, { lookup: change.name, topic, dead })
      })
    },
    'lookup-problem': ({ name, problem }: LookupProblemInput) => {
      unlessFull(() => {
        tables().problem(name, problem)
      })
    },
    'lookup-abandon': ({ name, problem }: LookupProblemInput) => {
      tables().abandon(name, problem)
    },
  }
}
