/** The area of messages, in this process, as the cluster thread runs it. */
import { onTestFinished } from 'vitest'
import type {
  MessageRow,
  MessageSearch,
  ProducedAt,
  ProducedMessage,
  RecordAddress,
  RecordDetail,
  SearchStatus,
} from '../../../src-main/contract/messages.ts'
import { ClusterClients } from '../../../src-main/engine/kafka/client/cluster-clients.ts'
import type { ConnectionSettings } from '../../../src-main/engine/kafka/client/connection-settings.ts'
import { MessageArea } from '../../../src-main/engine/messages/message-area.ts'
import { workspace as emptyWorkspace } from '../../support/workspaces.ts'

export interface Found {
  status: SearchStatus
  rows: MessageRow[]
  /** What was found, short: partition:offset. */
  places: string[]
  values: (string | null)[]
}

export interface Searching {
  handlers: MessageArea['handlers']
  /** Starts a search from the oldest record, with no filter, unless the request says otherwise. */
  start: (topic: string, request?: Partial<MessageSearch>) => string
  /** Status as soon as it is as wanted. */
  until: (id: string, isWanted: (status: SearchStatus) => boolean) => Promise<SearchStatus>
  found: (id: string) => Promise<Found>
  /** Runs a search to its end. */
  search: (topic: string, request?: Partial<MessageSearch>) => Promise<Found>
  record: (
    topic: string,
    partition: number,
    offset: number,
    as?: Partial<RecordAddress>,
  ) => Promise<RecordDetail>
  /** Text keys and values. */
  produce: (topic: string, message: Partial<ProducedMessage>) => Promise<ProducedAt>
}

const never = new AbortController().signal

/** Ends with the test. */
export function searching(settings: ConnectionSettings): Searching {
  const clients = new ClusterClients({ settings: [settings], faults: new Map() }, () => undefined)
  const area = new MessageArea(clients, emptyWorkspace('/nowhere', {}), {
    ...{ keys: new Map(), faults: new Map() },
  })
  onTestFinished(() => {
    area.close()
    clients.close()
  })
  const { handlers } = area
  const connection = settings.name
  const start = (topic: string, request: Partial<MessageSearch> = {}): string =>
    handlers['messages.start']({
      ...{ connection, topic, start: { at: 'oldest' }, live: false, filter: {}, limit: 1000 },
      ...{ keyFormat: 'auto', valueFormat: 'auto', isolation: 'read_committed' },
      ...request,
    }).id
  const until = async (id: string, isWanted: (status: SearchStatus) => boolean): Promise<SearchStatus> => {
    let status = await handlers['messages.watch']({ id, after: null }, never)
    while (!isWanted(status)) {
      status = await handlers['messages.watch']({ id, after: status.version }, never)
    }
    return status
  }
  const found = async (id: string): Promise<Found> => {
    const status = await until(id, () => true)
    const { rows } = handlers['messages.page']({ id, start: 0, count: 500 })
    const places = rows.map(({ partition, offset }) => `${partition}:${offset}`)
    return { status, rows, places, values: rows.map(({ value }) => value.text) }
  }
  return {
    ...{ handlers, start, until, found },
    search: async (topic, request) => {
      const id = start(topic, request)
      await until(id, ({ state }) => state !== 'running')
      return found(id)
    },
    record: (topic, partition, offset, as = {}) =>
      handlers['messages.record'](
        {
          ...{ connection, topic, partition, offset: String(offset) },
          ...{ keyFormat: 'auto', valueFormat: 'auto', ...as },
        },
        never,
      ),
    produce: (topic, message) =>
      handlers['messages.produce']({
        ...{ connection, topic, confirm: topic, key: null, value: null, headers: [] },
        ...message,
      }),
  }
}
