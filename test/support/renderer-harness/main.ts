/** The console over the fake engine, for looking at every view in every state: `/overview?scenario=many&theme=light`. */
import '../../../src-renderer/transport/jitless.ts'
import '../../../src-renderer/app.css'
import { mount } from 'svelte'
import App from '../../../src-renderer/App.svelte'
import { createApp } from '../../../src-renderer/state/app.ts'
import { memoryPreferences } from '../../../src-renderer/state/preferences.ts'
import { FakeEngine, type Scenario } from '../../unit/renderer/fake-engine.ts'
import { FakeLink } from '../../unit/renderer/fake-link.ts'

const search = new URLSearchParams(location.search)
const scenarios: readonly Scenario[] = [
  'busy',
  'empty',
  'broken',
  'many',
  'paused',
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

const app = createApp({
  client: engine.client(() => isCut),
  link,
  preferences: memoryPreferences({ theme: search.get('theme') ?? 'dark', 'time-zone': 'utc' }),
})
app.start()
const target = document.getElementById('app')
if (target !== null) mount(App, { target, props: { app } })
