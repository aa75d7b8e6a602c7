/** The commands of the shell itself, for the palette. */
import type { App } from '../state/app.ts'
import type { Command } from '../state/commands.svelte.ts'
import { route } from '../state/router.svelte.ts'
import { tableOfRollup } from '../state/rollups.ts'
import { themeChoices } from '../state/theme.svelte.ts'
import { copyText } from '../ui/clipboard.ts'
import { setIngest } from './ingest.ts'
import { viewEntries } from './views.ts'

/** Views, tables, rollups, and what can be done anywhere; made anew with what is known now. */
export function shellCommands(app: App, showHelp: () => void): Command[] {
  return [
    ...goCommands(app),
    ...tableCommands(app),
    ...rollupCommands(app),
    ...engineCommands(app),
    ...viewCommands(app, showHelp),
  ]
}

function goCommands({ router }: App): Command[] {
  return viewEntries.map(({ name, title, key }) => ({
    id: `go.${name}`,
    title,
    group: 'Go to',
    keys: `g ${key}`,
    run: () => {
      router.go(router.lastIn(name))
    },
  }))
}

function tableCommands({ router, workspace }: App): Command[] {
  return (workspace.view?.tables ?? []).map(({ name, source }) => ({
    id: `table.${name}`,
    title: name,
    group: 'Tables',
    keywords: ['table', 'pipeline', source],
    run: () => {
      router.go(route('pipelines', name))
    },
  }))
}

function rollupCommands({ router, workspace: { view } }: App): Command[] {
  if (view === null) return []
  return view.rollups.map(({ name, from }) => ({
    id: `rollup.${name}`,
    title: name,
    group: 'Rollups',
    keywords: ['rollup', 'aggregate', from],
    run: () => {
      router.go(route('pipelines', tableOfRollup(name, view), { rollup: name }))
    },
  }))
}

function engineCommands(app: App): Command[] {
  const isPaused = app.live.snapshot?.state === 'paused'
  const commands: Command[] = [
    {
      id: 'engine.pause',
      title: isPaused ? 'Resume ingest' : 'Pause ingest',
      group: 'Engine',
      keywords: ['start', 'stop'],
      run: () => void setIngest(app, isPaused ? 'resume' : 'pause'),
    },
  ]
  if (app.workspace.view !== null) {
    commands.push({
      id: 'advice.find',
      title: 'Find indexes and rollups for your queries',
      group: 'Engine',
      keywords: ['advise', 'advisor', 'slow', 'faster', 'query history', 'index'],
      run: () => {
        app.router.go(route('store', null, { advice: 'find' }))
      },
    })
  }
  const file = app.session.view?.file ?? null
  if (file !== null) {
    commands.push({
      id: 'session.reopen',
      title: 'Open this workspace again',
      group: 'Engine',
      keywords: ['reload', 'refresh', 'penstock.yaml', 'restart'],
      run: () => void reopen(app, file),
    })
  }
  if (app.session.view !== null) {
    commands.push({
      id: 'session.choose',
      title: 'Open another workspace',
      group: 'Engine',
      keywords: ['demo', 'recent', 'new'],
      run: () => {
        app.session.choose()
      },
    })
  }
  if (app.connection.status.kind !== 'cut') return commands
  return [
    ...commands,
    {
      id: 'connection.retry',
      title: 'Connect again now',
      group: 'Engine',
      run: () => {
        app.connection.retryNow()
      },
    },
  ]
}

async function reopen({ session, notices }: App, file: string): Promise<void> {
  await session.open(file)
  if (session.error !== null) notices.failed('The workspace was not opened again', session.error)
}

function viewCommands(app: App, showHelp: () => void): Command[] {
  const { theme, time, router } = app
  const zone = time.zone === 'utc' ? 'local' : 'utc'
  return [
    ...themeChoices.map((choice) => ({
      id: `theme.${choice}`,
      title: choice === 'system' ? 'Theme as the system' : `${choice === 'dark' ? 'Dark' : 'Light'} theme`,
      group: 'View',
      keywords: ['theme', 'colour', 'color', 'mode'],
      run: () => {
        theme.choice = choice
      },
    })),
    {
      id: 'time.zone',
      title: zone === 'utc' ? 'Show times in UTC' : 'Show local times',
      group: 'View',
      keywords: ['time zone', 'utc', 'local', 'clock'],
      run: () => {
        time.zone = zone
      },
    },
    {
      id: 'address.copy',
      title: 'Copy the address of this view',
      group: 'View',
      keywords: ['link', 'url'],
      run: () => void copyAddress(app, `${location.origin}${router.href(router.current)}`),
    },
    { id: 'help.shortcuts', title: 'Keyboard shortcuts', group: 'View', keys: '?', run: showHelp },
  ]
}

async function copyAddress({ notices }: App, address: string): Promise<void> {
  if (await copyText(address)) notices.done('Address copied', address)
  else notices.failed('The address could not be copied', new Error('The browser did not allow it.'))
}
