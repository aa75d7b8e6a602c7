/** The console over the fake engine, for looking at every view in every state: `/overview?scenario=many&theme=light`. */
import '../../../src-renderer/transport/jitless.ts'
import '../../../src-renderer/app.css'
import { mount } from 'svelte'
import { AppError } from '#contract/errors.ts'
import App from '../../../src-renderer/App.svelte'
import { createApp } from '../../../src-renderer/state/app.ts'
import { memoryPreferences } from '../../../src-renderer/state/preferences.ts'
import { FakeEngine, type Scenario } from '../../unit/renderer/fake-engine.ts'
import { FakeMessages } from '../../unit/renderer/fake-messages.ts'
import { FakeLink } from '../../unit/renderer/fake-link.ts'
import { FakeSession } from '../../unit/renderer/fake-session.ts'

const search = new URLSearchParams(location.search)
const scenarios: readonly Scenario[] = [
  'busy',
  'empty',
  'broken',
  'many',
  'paused',
  'rollups',
  'filling',
  'kafka',
  'kafka-large',
  'kafka-broken',
  'kafka-empty',
]
const scenario = scenarios.find((name) => name === search.get('scenario')) ?? 'busy'
const engine = new FakeEngine({ scenario })
const link = new FakeLink({ kind: 'open', sinceMs: Date.now() })
let isCut = false

/** Cuts the feed and restores it; for screenshots of stale figures. */
const harness = {
  cut: () => {
    isCut = true
    link.set({ kind: 'cut', sinceMs: Date.now(), retryAtMs: Date.now() + 4000, attempts: 2 })
  },
  refuse: () => {
    isCut = true
    link.set({ kind: 'refused', sinceMs: Date.now() })
  },
  restore: () => {
    isCut = false
    link.set({ kind: 'open', sinceMs: Date.now() })
  },
}
Object.assign(window, { harness })

const messages = new FakeMessages(
  scenario === 'kafka-broken' ? 'broken' : scenario === 'kafka-empty' ? 'empty' : 'busy',
)
async function answer<T>(make: () => T): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 4))
  if (isCut) throw new AppError('CONNECTION_LOST', 'The connection to the engine is cut.')
  return make()
}

const client = engine.client(() => isCut)
const sessionKinds = ['none', 'opening', 'open', 'failed'] as const
const session = new FakeSession(
  sessionKinds.find((kind) => kind === search.get('session')) ?? 'open',
  search.get('failing') === 'authenticate' ? 'authenticate' : null,
)

const app = createApp({
  client: {
    ...client,
    messages: messages.calls(answer),
    session: session.session(),
    connections: { ...client.connections, ...session.connections() },
  },
  link,
  preferences: memoryPreferences({ theme: search.get('theme') ?? 'dark', 'time-zone': 'utc' }),
})
app.start()
const target = document.getElementById('app')
if (target !== null) mount(App, { target, props: { app } })
