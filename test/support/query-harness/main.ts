/** The console over fake queries and dead letters: `/query?theme=light`. Words in the SQL choose the result. */
import '../../../src-renderer/transport/jitless.ts'
import '../../../src-renderer/app.css'
import { mount } from 'svelte'
import App from '../../../src-renderer/App.svelte'
import { createApp } from '../../../src-renderer/state/app.ts'
import { memoryPreferences } from '../../../src-renderer/state/preferences.ts'
import { FakeEngine } from '../../unit/renderer/fake-engine.ts'
import { FakeLink } from '../../unit/renderer/fake-link.ts'
import { FakeLetters } from './fake-letters.ts'
import { FakeQueryEngine } from './fake-query-engine.ts'

const search = new URLSearchParams(location.search)
let isCut = false
const engine = new FakeEngine({ scenario: search.get('scenario') === 'empty' ? 'empty' : 'busy' })
const link = new FakeLink({ kind: 'open', sinceMs: Date.now() })
const queries = new FakeQueryEngine(() => isCut)

const letters = new FakeLetters(() => isCut, search.get('scenario') === 'empty')

/** Cuts the connection and restores it. */
const harness = {
  cut: () => {
    isCut = true
    link.set({ kind: 'cut', sinceMs: Date.now(), retryAtMs: Date.now() + 4000, attempts: 2 })
  },
  restore: () => {
    isCut = false
    link.set({ kind: 'open', sinceMs: Date.now() })
  },
}
Object.assign(window, { harness })

const client = engine.client(() => isCut)
const app = createApp({
  client: { ...client, query: { ...client.query, ...queries.calls() }, deadLetters: letters.calls() },
  link,
  preferences: memoryPreferences({ theme: search.get('theme') ?? 'dark', 'time-zone': 'utc' }),
})
app.start()
const target = document.getElementById('app')
if (target !== null) mount(App, { target, props: { app } })
