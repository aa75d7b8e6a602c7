/** What the threads around ingest hear of a source, and of a run beside one. */
import type { SourceState } from '../ingest/source-port.ts'
import type { SourceListener } from './source-port.ts'
import type { ThreadCalls } from './thread-calls.ts'
import type {
  IngestToStore,
  SourceLogNotice,
  SourceProgressNotice,
  SourceStateNotice,
} from './thread-messages.ts'

/** Everything, to the store thread and the main process. */
export function sourceListener(source: string, main: ThreadCalls, store: ThreadCalls): SourceListener {
  return {
    batch: (batch, transfer) => {
      store.tell(batch, transfer)
      const { progress } = batch
      main.tell({ kind: 'source-progress', source, progress } satisfies SourceProgressNotice)
    },
    state: (state, reason) => {
      main.tell({ kind: 'source-state', source, state, reason } satisfies SourceStateNotice)
      store.tell({ kind: 'source-state', source, state } satisfies IngestToStore)
    },
    logEnds: (ends) => {
      main.tell({ kind: 'source-log', source, ends } satisfies SourceLogNotice)
    },
    event: (level, event, message) => {
      store.tell({ kind: 'event', level, event, subject: source, message } satisfies IngestToStore)
    },
  }
}

/** Batches, what a run waits for, and what it could not read. The source itself tells the rest. */
export function backfillListener(run: string, source: string, store: ThreadCalls): SourceListener {
  const waits: readonly SourceState[] = ['waiting', 'failed']
  return {
    batch: (batch, transfer) => {
      store.tell(batch, transfer)
    },
    state: (state, reason) => {
      const problem = waits.includes(state) ? reason : ''
      store.tell({ kind: 'backfill-problem', run, problem } satisfies IngestToStore)
    },
    logEnds: () => undefined,
    event: (level, event, message) => {
      if (level === 'info') return
      const told = { level, event, subject: source, message: `while it was read again: ${message}` }
      store.tell({ kind: 'event', ...told } satisfies IngestToStore)
    },
  }
}
