/** The contract's client in memory, for tests and the harness: what is not given rejects by name. */
import { AppError } from '#contract/errors.ts'
import type { PenstockClient } from '../../../src-renderer/transport/client.ts'

/** The calls that a test answers; the rest reject. */
export type FakeCalls = { [Group in keyof PenstockClient]?: Partial<PenstockClient[Group]> }

function missing(name: string): () => Promise<never> {
  return () => Promise.reject(new AppError('INTERNAL', `the fake client does not handle ${name}`))
}

/** A client that answers with `calls` and rejects everything else by name. */
export function createFakeClient(calls: FakeCalls = {}): PenstockClient {
  return {
    session: {
      watch: missing('session.watch'),
      open: missing('session.open'),
      openDemo: missing('session.openDemo'),
      apply: missing('session.apply'),
      create: missing('session.create'),
      ...calls.session,
    },
    workspace: { get: missing('workspace.get'), ...calls.workspace },
    live: { next: missing('live.next'), ...calls.live },
    engine: { pause: missing('engine.pause'), resume: missing('engine.resume'), ...calls.engine },
    statistics: {
      throughput: missing('statistics.throughput'),
      latency: missing('statistics.latency'),
      storeSize: missing('statistics.storeSize'),
      pipeline: missing('statistics.pipeline'),
      batches: missing('statistics.batches'),
      batchSteps: missing('statistics.batchSteps'),
      ...calls.statistics,
    },
    query: {
      start: missing('query.start'),
      watch: missing('query.watch'),
      page: missing('query.page'),
      cancel: missing('query.cancel'),
      close: missing('query.close'),
      history: missing('query.history'),
      schema: missing('query.schema'),
      ...calls.query,
    },
    advice: {
      start: missing('advice.start'),
      watch: missing('advice.watch'),
      stop: missing('advice.stop'),
      rollupFor: missing('advice.rollupFor'),
      ...calls.advice,
    },
    deadLetters: {
      list: missing('deadLetters.list'),
      groups: missing('deadLetters.groups'),
      get: missing('deadLetters.get'),
      ...calls.deadLetters,
    },
    connections: {
      list: missing('connections.list'),
      get: missing('connections.get'),
      test: missing('connections.test'),
      watchTest: missing('connections.watchTest'),
      stopTest: missing('connections.stopTest'),
      save: missing('connections.save'),
      remove: missing('connections.remove'),
      ...calls.connections,
    },
    cluster: {
      get: missing('cluster.get'),
      brokerConfig: missing('cluster.brokerConfig'),
      ...calls.cluster,
    },
    topics: {
      list: missing('topics.list'),
      get: missing('topics.get'),
      history: missing('topics.history'),
      ...calls.topics,
    },
    groups: {
      list: missing('groups.list'),
      get: missing('groups.get'),
      history: missing('groups.history'),
      ...calls.groups,
    },
    messages: {
      start: missing('messages.start'),
      watch: missing('messages.watch'),
      page: missing('messages.page'),
      pause: missing('messages.pause'),
      resume: missing('messages.resume'),
      stop: missing('messages.stop'),
      close: missing('messages.close'),
      record: missing('messages.record'),
      part: missing('messages.part'),
      produce: missing('messages.produce'),
      ...calls.messages,
    },
    snapshots: {
      start: missing('snapshots.start'),
      watch: missing('snapshots.watch'),
      cancel: missing('snapshots.cancel'),
      ...calls.snapshots,
    },
    events: { list: missing('events.list'), ...calls.events },
  }
}
