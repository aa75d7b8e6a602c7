/**
 * The contract, implemented over an engine: every handler is one call of it. Main thread; made once per start, served by
 * every transport of the host. Input is validated by the contract, faults are translated by contract-interceptor.ts.
 */
import { implement } from '@orpc/server'
import { api } from '#contract/api.ts'
import type { Engine } from '../../engine/engine-api.ts'
import type { ClientContext } from './contract-interceptor.ts'
import type { SessionPort } from './session-port.ts'
import { viewWorkspace } from './workspace-view.ts'
import type { HostFacts } from './workspace-view.ts'

/** The router that transports serve; see {@link createRouter}. */
export type ContractRouter = ReturnType<typeof createRouter>

/**
 * Binds each procedure of the contract to the engine. Long polls end when their AbortSignal does; a gap between contract
 * and handlers is a compile error.
 */
export function createRouter(session: SessionPort, facts: HostFacts) {
  const engine = (): Engine => session.current().engine
  const contract = implement(api).$context<ClientContext>()
  return contract.router({
    workspace: {
      get: contract.workspace.get.handler(() => {
        const { engine: open, ...opened } = session.current()
        return viewWorkspace({ ...facts, ...opened }, open)
      }),
    },
    live: {
      next: contract.live.next.handler(({ input, signal }) =>
        engine().live.next(input.epoch, input.after, signal),
      ),
    },
    engine: {
      pause: contract.engine.pause.handler(async () => {
        await engine().pause()
        return { state: 'paused' }
      }),
      resume: contract.engine.resume.handler(async () => {
        await engine().resume()
        return { state: 'running' }
      }),
    },
    statistics: {
      throughput: contract.statistics.throughput.handler(({ input }) =>
        engine().statistics.throughput(input),
      ),
      latency: contract.statistics.latency.handler(({ input }) => engine().statistics.latency(input)),
      storeSize: contract.statistics.storeSize.handler(({ input }) => engine().statistics.storeSize(input)),
      pipeline: contract.statistics.pipeline.handler(({ input: { table, ...range } }) =>
        engine().statistics.pipeline(table, range),
      ),
      batches: contract.statistics.batches.handler(async ({ input }) => ({
        batches: await engine().statistics.batches(input),
      })),
      batchSteps: contract.statistics.batchSteps.handler(async ({ input }) => ({
        steps: await engine().statistics.batchSteps(input.batchId),
      })),
    },
    query: {
      start: contract.query.start.handler(({ input }) => engine().queries.start(input)),
      watch: contract.query.watch.handler(({ input, signal }) =>
        engine().queries.watch(input.id, input.after, signal),
      ),
      page: contract.query.page.handler(({ input }) =>
        engine().queries.page(input.id, input.start, input.count),
      ),
      cancel: contract.query.cancel.handler(({ input }) => engine().queries.cancel(input.id)),
      close: contract.query.close.handler(async ({ input }) => ({
        closed: await engine().queries.close(input.id),
      })),
      history: contract.query.history.handler(async ({ input }) => ({
        entries: await engine().queries.history(input.search, input.limit),
      })),
      schema: contract.query.schema.handler(() => engine().queries.schema()),
    },
    advice: {
      start: contract.advice.start.handler(() => engine().advisor.start()),
      watch: contract.advice.watch.handler(({ input, signal }) =>
        engine().advisor.watch(input.after, signal),
      ),
      stop: contract.advice.stop.handler(({ input }) => engine().advisor.stop(input.id)),
      rollupFor: contract.advice.rollupFor.handler(async ({ input }) => ({
        hint: await engine().advisor.rollupFor(input.sql, input.elapsedMs),
      })),
    },
    deadLetters: {
      list: contract.deadLetters.list.handler(async ({ input: { before, limit, ...filter } }) => ({
        letters: await engine().deadLetters.list(filter, { before, limit }),
      })),
      groups: contract.deadLetters.groups.handler(async () => ({
        groups: await engine().deadLetters.groups(),
      })),
      get: contract.deadLetters.get.handler(({ input }) => engine().deadLetters.get(input.id)),
    },
    session: {
      watch: contract.session.watch.handler(({ input, signal }) => session.watch(input.after, signal)),
      open: contract.session.open.handler(({ input }) => session.open(input.path)),
      apply: contract.session.apply.handler(() => session.apply()),
      openDemo: contract.session.openDemo.handler(() => session.openDemo()),
      create: contract.session.create.handler(({ input }) => session.create(input)),
    },
    connections: {
      list: contract.connections.list.handler(async () => ({
        connections: await engine().clusters.connections(),
      })),
      get: contract.connections.get.handler(({ input }) => session.connectionDraft(input.name)),
      test: contract.connections.test.handler(({ input }) => session.testConnection(input)),
      watchTest: contract.connections.watchTest.handler(({ input, signal }) =>
        session.watchTest(input.id, input.after, signal),
      ),
      stopTest: contract.connections.stopTest.handler(({ input }) => ({
        stopped: session.stopTest(input.id),
      })),
      save: contract.connections.save.handler(async ({ input }) => {
        await session.saveConnection(input.draft)
        return { saved: true }
      }),
      remove: contract.connections.remove.handler(async ({ input }) => {
        await session.removeConnection(input.name)
        return { removed: true }
      }),
    },
    cluster: {
      get: contract.cluster.get.handler(({ input, signal }) =>
        engine().clusters.view(input.connection, signal),
      ),
      brokerConfig: contract.cluster.brokerConfig.handler(({ input, signal }) =>
        engine().clusters.brokerConfig(input.connection, input.broker, signal),
      ),
    },
    topics: {
      list: contract.topics.list.handler(({ input, signal }) => engine().clusters.topics.list(input, signal)),
      get: contract.topics.get.handler(({ input, signal }) =>
        engine().clusters.topics.get(input.connection, input.topic, signal),
      ),
      history: contract.topics.history.handler(({ input: { connection, topic, ...range } }) =>
        engine().clusters.topics.history(connection, topic, range),
      ),
    },
    groups: {
      list: contract.groups.list.handler(({ input, signal }) => engine().clusters.groups.list(input, signal)),
      get: contract.groups.get.handler(({ input, signal }) =>
        engine().clusters.groups.get(input.connection, input.group, signal),
      ),
      history: contract.groups.history.handler(({ input: { connection, group, ...range } }) =>
        engine().clusters.groups.history(connection, group, range),
      ),
    },
    messages: {
      start: contract.messages.start.handler(({ input }) => engine().clusters.messages.start(input)),
      watch: contract.messages.watch.handler(({ input, signal }) =>
        engine().clusters.messages.watch(input.id, input.after, signal),
      ),
      page: contract.messages.page.handler(({ input }) =>
        engine().clusters.messages.page(input.id, input.start, input.count),
      ),
      pause: contract.messages.pause.handler(({ input }) => engine().clusters.messages.pause(input.id)),
      resume: contract.messages.resume.handler(({ input }) => engine().clusters.messages.resume(input.id)),
      stop: contract.messages.stop.handler(({ input }) => engine().clusters.messages.stop(input.id)),
      close: contract.messages.close.handler(async ({ input }) => ({
        closed: await engine().clusters.messages.close(input.id),
      })),
      record: contract.messages.record.handler(({ input, signal }) =>
        engine().clusters.messages.record(input, signal),
      ),
      part: contract.messages.part.handler(({ input, signal }) =>
        engine().clusters.messages.part(input, signal),
      ),
      produce: contract.messages.produce.handler(({ input }) => engine().clusters.messages.produce(input)),
    },
    snapshots: {
      start: contract.snapshots.start.handler(({ input }) => engine().snapshots.start(input.file)),
      watch: contract.snapshots.watch.handler(({ input, signal }) =>
        engine().snapshots.watch(input.after, signal),
      ),
      cancel: contract.snapshots.cancel.handler(({ input }) => engine().snapshots.cancel(input.id)),
    },
    events: {
      list: contract.events.list.handler(async ({ input }) => ({ events: await engine().listEvents(input) })),
    },
  })
}
