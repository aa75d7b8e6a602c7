/**
 * The contract, implemented over an engine: every handler is one call of it. Main thread; made once per start, served by
 * every transport of the host. Input is validated by the contract, faults are translated by contract-interceptor.ts.
 */
import { implement } from '@orpc/server'
import { api } from '#contract/api.ts'
import type { Engine } from '../../engine/engine-api.ts'
import type { ClientContext } from './contract-interceptor.ts'
import { viewWorkspace } from './workspace-view.ts'
import type { HostFacts } from './workspace-view.ts'

/** The router that transports serve; see {@link createRouter}. */
export type ContractRouter = ReturnType<typeof createRouter>

/**
 * Binds each procedure of the contract to the engine. Long polls end when their AbortSignal does; a gap between contract
 * and handlers is a compile error.
 */
export function createRouter(engine: Engine, facts: HostFacts) {
  const contract = implement(api).$context<ClientContext>()
  return contract.router({
    workspace: {
      get: contract.workspace.get.handler(() => viewWorkspace(facts, engine)),
    },
    live: {
      next: contract.live.next.handler(({ input, signal }) =>
        engine.live.next(input.epoch, input.after, signal),
      ),
    },
    engine: {
      pause: contract.engine.pause.handler(async () => {
        await engine.pause()
        return { state: 'paused' }
      }),
      resume: contract.engine.resume.handler(async () => {
        await engine.resume()
        return { state: 'running' }
      }),
    },
    statistics: {
      throughput: contract.statistics.throughput.handler(({ input }) => engine.statistics.throughput(input)),
      latency: contract.statistics.latency.handler(({ input }) => engine.statistics.latency(input)),
      pipeline: contract.statistics.pipeline.handler(({ input: { table, ...range } }) =>
        engine.statistics.pipeline(table, range),
      ),
      batches: contract.statistics.batches.handler(async ({ input }) => ({
        batches: await engine.statistics.batches(input),
      })),
      batchSteps: contract.statistics.batchSteps.handler(async ({ input }) => ({
        steps: await engine.statistics.batchSteps(input.batchId),
      })),
    },
    query: {
      start: contract.query.start.handler(({ input }) => engine.queries.start(input)),
      watch: contract.query.watch.handler(({ input, signal }) =>
        engine.queries.watch(input.id, input.after, signal),
      ),
      page: contract.query.page.handler(({ input }) =>
        engine.queries.page(input.id, input.start, input.count),
      ),
      cancel: contract.query.cancel.handler(({ input }) => engine.queries.cancel(input.id)),
      close: contract.query.close.handler(async ({ input }) => ({
        closed: await engine.queries.close(input.id),
      })),
      history: contract.query.history.handler(async ({ input }) => ({
        entries: await engine.queries.history(input.search, input.limit),
      })),
      schema: contract.query.schema.handler(() => engine.queries.schema()),
    },
    deadLetters: {
      list: contract.deadLetters.list.handler(async ({ input: { before, limit, ...filter } }) => ({
        letters: await engine.deadLetters.list(filter, { before, limit }),
      })),
      groups: contract.deadLetters.groups.handler(async () => ({
        groups: await engine.deadLetters.groups(),
      })),
      get: contract.deadLetters.get.handler(({ input }) => engine.deadLetters.get(input.id)),
    },
    events: {
      list: contract.events.list.handler(async ({ input }) => ({ events: await engine.listEvents(input) })),
    },
  })
}
