import { expect, it } from 'vitest'
import type { WorkspaceView } from '#contract/workspace.ts'
import { settle } from '../fake-clock.ts'
import { FakeEngine } from '../fake-engine.ts'
import { createTestApp } from '../test-app.ts'

const { workspace: view } = new FakeEngine({ scenario: 'busy' })

it('read again without a change stays the same object, so that nothing is drawn anew', async () => {
  let given = view
  const { app } = createTestApp({ workspace: { get: () => Promise.resolve(structuredClone(given)) } })
  await app.workspace.load()
  const first = app.workspace.view
  await app.workspace.load()
  expect(app.workspace.view).toBe(first)
  given = { ...view, tables: view.tables.slice(1) }
  await app.workspace.load()
  expect(app.workspace.view?.tables.map(({ name }) => name)).toEqual(['late_flights'])
})

it('an answer that comes late does not take the place of a newer one', async () => {
  const answers: ((view: WorkspaceView) => void)[] = []
  const { app } = createTestApp({
    workspace: { get: () => new Promise<WorkspaceView>((resolve) => answers.push(resolve)) },
  })
  const loads = [app.workspace.load(), app.workspace.load()]
  const [first, second] = answers
  second?.({ ...view, name: 'new' })
  await settle()
  first?.({ ...view, name: 'old' })
  await Promise.all(loads)
  expect(app.workspace.view?.name).toBe('new')
})
