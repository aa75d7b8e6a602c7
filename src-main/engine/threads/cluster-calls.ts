/** Clusters as hosts see them: each call goes to the cluster thread under the name that the contract gives it. */
import { AppError } from '#contract/errors.ts'
import type { ConnectionView } from '#contract/connections.ts'
import type { Clusters } from '../engine-api.ts'
import type { ThreadCalls } from './thread-calls.ts'

/** What is answered from the store or the feed instead. */
export interface ClusterHistory {
  connections(): ConnectionView[]
  topicHistory: Clusters['topics']['history']
  groupHistory: Clusters['groups']['history']
}

export class ClusterCalls implements Clusters {
  readonly topics: Clusters['topics']
  readonly groups: Clusters['groups']
  readonly messages: Clusters['messages']
  readonly #history: ClusterHistory
  #calls: ThreadCalls | null = null

  constructor(history: ClusterHistory) {
    this.#history = history
    this.topics = {
      list: (request, signal) => this.#call('topics.list', request, signal),
      get: (connection, topic, signal) => this.#call('topics.get', { connection, topic }, signal),
      history: history.topicHistory,
    }
    this.groups = {
      list: (request, signal) => this.#call('groups.list', request, signal),
      get: (connection, group, signal) => this.#call('groups.get', { connection, group }, signal),
      history: history.groupHistory,
    }
    this.messages = {
      start: (search) => this.#call('messages.start', search),
      watch: (id, after, signal) => this.#call('messages.watch', { id, after }, signal),
      page: (id, start, count) => this.#call('messages.page', { id, start, count }),
      pause: (id) => this.#call('messages.pause', { id }),
      resume: (id) => this.#call('messages.resume', { id }),
      stop: (id) => this.#call('messages.stop', { id }),
      close: (id) => this.#call('messages.close', { id }),
      record: (address, signal) => this.#call('messages.record', address, signal),
      part: (request, signal) => this.#call('messages.part', request, signal),
      produce: (message) => this.#call('messages.produce', message),
    }
  }

  /** Null while the thread does not run. */
  attach(calls: ThreadCalls | null): void {
    this.#calls = calls
  }

  connections(): Promise<ConnectionView[]> {
    return Promise.resolve(this.#history.connections())
  }

  view(connection: string, signal?: AbortSignal): ReturnType<Clusters['view']> {
    return this.#call('cluster.get', { connection }, signal)
  }

  brokerConfig(
    connection: string,
    broker: number,
    signal?: AbortSignal,
  ): ReturnType<Clusters['brokerConfig']> {
    return this.#call('cluster.brokerConfig', { connection, broker }, signal)
  }

  async #call<Output>(name: string, input: unknown, signal?: AbortSignal): Promise<Output> {
    if (this.#calls === null) throw new AppError('ENGINE_NOT_RUNNING', 'the engine is not running')
    return this.#calls.call<Output>(name, input, [], signal)
  }
}
