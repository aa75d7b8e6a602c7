/** Sessions and connection tests made of arithmetic, for looking at the first run and the connection form. */
import type { ConnectionStep, ConnectionTest } from '#contract/connections.ts'
import { AppError } from '#contract/errors.ts'
import type { SessionView } from '#contract/session.ts'
import type { PenstockClient } from '../../../src-renderer/transport/client.ts'

export type SessionKind = SessionView['state']

const names: readonly ConnectionStep['name'][] = [
  'secrets',
  'resolve',
  'connect',
  'tls',
  'authenticate',
  'metadata',
  'fetch',
  'registry',
]
const details: Readonly<Record<ConnectionStep['name'], string>> = {
  secrets: 'none needed',
  resolve: 'kafka-1.internal is 10.0.4.17 and fd00::17',
  connect: '10.0.4.17:9093',
  tls: 'TLSv1.3, certificate of kafka-1.internal, valid until 2027-03-01',
  authenticate: 'SCRAM-SHA-512 as penstock',
  metadata: '3 brokers, 214 topics',
  fetch: 'orders, partition 0, offset 1802999: 165 B in 4 ms',
  registry: 'no registry given',
}
const stepMs = 220

export function sessionView(state: SessionKind, change: Partial<SessionView> = {}): SessionView {
  return {
    version: 1,
    state,
    file: state === 'none' ? null : '/home/ada/orders/penstock.yaml',
    error: null,
    problems: [],
    pending: null,
    retry: null,
    recent: [],
    folder: '/home/ada',
    ...change,
  }
}

function failedView(): SessionView {
  const file = '/home/ada/orders/penstock.yaml'
  const problem = (line: number, column: number, path: string, message: string, hint: string) => ({
    ...{ file, line, column, path, message, hint },
  })
  return sessionView('failed', {
    error: { code: 'WORKSPACE_INVALID', message: 'penstock.yaml has 3 problems', details: {} },
    problems: [
      problem(7, 5, 'connections.prod-eu.broker', 'unknown key “broker”', 'Write brokers: [host:port].'),
      problem(
        19,
        14,
        'tables.late_orders.steps[1].sql',
        'no such column: delai',
        'Columns are order_id, delay, status.',
      ),
      problem(31, 3, 'lookups.customers.key', 'a key is missing', ''),
    ],
    recent: recent(),
  })
}

function recent(): SessionView['recent'] {
  return [
    { file: '/home/ada/flights-demo/penstock.yaml', name: 'flights-demo', openedAt: Date.now() - 3_600_000 },
    {
      file: '/srv/teams/logistics/control-tower/europe-west/production/penstock.yaml',
      name: 'logistics-control-tower-europe-west',
      openedAt: Date.now() - 3 * 86_400_000,
    },
  ]
}

/** Steps of a test that has run for so long; `failing` stops at that step. */
function stepsAt(
  elapsedMs: number,
  failing: ConnectionStep['name'] | null,
): { steps: ConnectionStep[]; done: boolean } {
  const at = Math.floor(elapsedMs / stepMs)
  const failedAt = failing === null ? names.length : names.indexOf(failing)
  const steps = names.map((name, index): ConnectionStep => {
    const isPast = index < Math.min(at, failedAt)
    const isFailed = index === failedAt && at >= failedAt + 1
    const isSkipped = (isPast && name === 'registry') || (index > failedAt && at > failedAt)
    const state = isFailed
      ? 'failed'
      : isSkipped
        ? 'skipped'
        : isPast
          ? 'passed'
          : index === at
            ? 'running'
            : 'pending'
    return {
      name,
      state,
      detail: state === 'passed' ? details[name] : isSkipped ? (name === 'registry' ? 'no registry given' : 'an earlier step failed') : '', // prettier-ignore
      error: isFailed ? 'Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512' : '', // prettier-ignore
      advice: isFailed ? 'Check user name and password, and that the user has SCRAM-SHA-512 credentials: kafka-configs.sh --describe --entity-type users.' : '', // prettier-ignore
      ms: isPast && !isSkipped ? 12 + index * 3 : isFailed ? 214 : null,
    }
  })
  return { steps, done: at > Math.min(failedAt, names.length - 1) }
}

export class FakeSession {
  #view: SessionView
  readonly #started = new Map<
    string,
    { at: number; failing: ConnectionStep['name'] | null; stopped: boolean }
  >()
  readonly #failing: ConnectionStep['name'] | null

  constructor(kind: SessionKind, failing: ConnectionStep['name'] | null = null) {
    this.#view =
      kind === 'failed' ? failedView() : sessionView(kind, kind === 'none' ? { recent: recent() } : {})
    this.#failing = failing
  }

  session(): PenstockClient['session'] {
    const open = async (): Promise<SessionView> => {
      this.#view = sessionView('open', { version: this.#view.version + 1 })
      return this.#view
    }
    return {
      watch: ({ after }) => (after === null || after < this.#view.version ? Promise.resolve(this.#view) : new Promise(() => undefined)), // prettier-ignore
      open: ({ path }) =>
        path.includes('nowhere')
          ? Promise.reject(new AppError('WORKSPACE_NOT_FOUND', `There is no ${path}/penstock.yaml.`))
          : open(),
      openDemo: open,
      apply: open,
      create: open,
    }
  }

  connections(): Pick<PenstockClient['connections'], 'test' | 'watchTest' | 'stopTest' | 'save'> {
    const view = (id: string): ConnectionTest => {
      const known = this.#started.get(id)
      if (known === undefined) throw new AppError('NOT_FOUND', 'this connection test is not kept any more')
      const elapsedMs = Date.now() - known.at
      return { id, version: Math.floor(elapsedMs / 50), ...stepsAt(elapsedMs, known.failing) }
    }
    return {
      test: async () => {
        const id = `t${String(this.#started.size)}`
        this.#started.set(id, { at: Date.now(), failing: this.#failing, stopped: false })
        return view(id)
      },
      watchTest: async ({ id }) => {
        await new Promise((resolve) => setTimeout(resolve, 100))
        return view(id)
      },
      stopTest: async ({ id }) => ({ stopped: this.#started.delete(id) }),
      save: ({ draft }) =>
        draft.name === 'refused'
          ? Promise.reject(new AppError('SECRET_STORE_UNUSABLE', 'No place to keep secrets was found.'))
          : Promise.resolve({ saved: true }),
    }
  }
}
