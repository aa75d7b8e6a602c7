/** A penstock.yaml that was changed while nothing ran, over a store that another version filled. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src-main/contract/errors.ts'
import { systemSchema } from '../../../../src-main/engine/store/system-schema.ts'
import type { WorkspaceSession } from '../../../../src-main/hosts/shared/workspace-session.ts'
import { sessionSetUps, until, workspaceIn } from './session-setup.ts'

const setUp = sessionSetUps()

describe('a file that was changed while nothing ran', () => {
  const text = (rest: string): string =>
    'penstock: 1\nname: shop\nstore: { mode: disk }\nsources: { s: { replay: { file: s.ndjson } } }\n' +
    `tables: { a: { source: s } }\n${rest}`
  const counted = text('rollups: { r: { from: a, measures: { n: count(*) } } }\n')
  const summed = text('rollups: { r: { from: a, measures: { n: sum(x) } } }\n')
  const lost = 'rollup r is made anew, from the rows that its table still holds'

  const measures = (session: WorkspaceSession): unknown =>
    session.current().workspace.rollups.map(({ measures: [measure] }) => measure?.sql)

  it('waits where something would be lost, while the version that filled the store runs', async () => {
    const { base, log, session } = setUp(10)
    const file = workspaceIn(base, 'shop', summed)
    storeIn(path.dirname(file), counted)
    const opened = await session.open(file)
    expect(opened).toMatchObject({ state: 'open', file, pending: { losses: [lost] }, error: null })
    expect([measures(session), log]).toEqual([['count(*)'], ['start shop']])
    expect(await session.apply()).toMatchObject({ state: 'open', pending: null, error: null })
    expect([measures(session), log.slice(1)]).toEqual([
      ['sum(x)'],
      ['stop shop, store kept', 'start shop with its store'],
    ])
    await session.stop()
  })

  it('waits no more when it is saved as it was', async () => {
    const { base, log, session } = setUp(10)
    const file = workspaceIn(base, 'shop', summed)
    storeIn(path.dirname(file), counted)
    await session.open(file)
    writeFileSync(file, counted)
    expect(await until(session, ({ pending }) => pending === null)).toMatchObject({ state: 'open' })
    expect([measures(session), log]).toEqual([['count(*)'], ['start shop']])
    await session.stop()
  })

  it('is applied by itself when it is saved without what was lost', async () => {
    const { base, session } = setUp(10)
    const file = workspaceIn(base, 'shop', summed)
    storeIn(path.dirname(file), counted)
    await session.open(file)
    writeFileSync(file, counted.replace('r: {', 'more: { from: a, measures: { n: count(*) } }, r: {'))
    await until(session, (view) => view.state === 'open' && view.pending === null)
    expect(measures(session)).toEqual(['count(*)', 'count(*)'])
    await session.stop()
  })

  it('can still be applied where the version that filled the store does not start', async () => {
    const { base, starts, session } = setUp()
    const file = workspaceIn(base, 'shop', summed)
    storeIn(path.dirname(file), counted)
    starts.set('shop', () => Promise.reject(new AppError('SOURCE_UNREADABLE', 's.ndjson does not exist')))
    expect(await session.open(file)).toMatchObject({
      state: 'failed',
      error: { code: 'SOURCE_UNREADABLE' },
      pending: { losses: [lost] },
    })
    starts.clear()
    expect(await session.apply()).toMatchObject({ state: 'open', pending: null })
    expect(measures(session)).toEqual(['sum(x)'])
    await session.stop()
  })

  it('does not wait while another Penstock has the store', async () => {
    const { base, starts, session } = setUp()
    const file = workspaceIn(base, 'shop', summed)
    storeIn(path.dirname(file), counted)
    starts.set('shop', () => Promise.reject(new AppError('STORE_IN_USE', 'the store is in use')))
    const error = { code: 'STORE_IN_USE' }
    expect(await session.open(file)).toMatchObject({ state: 'failed', error, pending: null })
    await expect(session.apply()).rejects.toMatchObject({ code: 'USAGE' })
    starts.clear()
    expect(await session.open(file)).toMatchObject({ state: 'open', pending: { losses: [lost] } })
    await session.stop()
  })

  it('starts as it is where nothing is lost, or nothing is known', async () => {
    const { base, session } = setUp()
    const file = workspaceIn(base, 'shop', summed)
    const opens = async (): Promise<unknown> => {
      const { state, pending } = await session.open(file)
      const started = [state, pending, measures(session)]
      workspaceIn(base, 'other')
      await session.open('other')
      return started
    }
    const asItIs = ['open', null, ['sum(x)']]
    const { setText, setEvicted } = storeIn(path.dirname(file), counted, 0)
    expect(await opens()).toEqual(asItIs)
    setEvicted(1)
    expect(await opens()).toEqual(['open', { losses: [lost] }, ['count(*)']])
    setText('penstock: 0\n')
    expect(await opens()).toEqual(asItIs)
    writeFileSync(path.join(path.dirname(file), '.penstock', 'store.db'), 'no database')
    expect(await opens()).toEqual(asItIs)
    await session.stop()
  })
})

/** A store at rest as far as a start looks at it: ten rows in table a, two groups in rollup r. */
function storeIn(folder: string, text: string, evicted = 1) {
  mkdirSync(path.join(folder, '.penstock'))
  const database = new DatabaseSync(path.join(folder, '.penstock', 'store.db'))
  database.exec(systemSchema)
  database.exec("INSERT INTO sys_workspace VALUES ('/elsewhere/penstock.yaml', 'shop', '', '{}', 1)")
  database.exec("INSERT INTO sys_tables (name, source, rows, landed, evicted) VALUES ('a', 's', 10, 10, 0)")
  database.exec(
    `INSERT INTO sys_rollups (name, from_name, table_name, rows, groups, untimed, missed, evicted, problem, applied_row, definition)
     VALUES ('r', 'a', 'a', 10, 2, 0, 0, 0, '', 10, '')`,
  )
  const setText = (next: string): unknown => database.prepare('UPDATE sys_workspace SET text = ?').run(next)
  const setEvicted = (rows: number): unknown =>
    database.prepare('UPDATE sys_tables SET evicted = ?').run(rows)
  setText(text)
  setEvicted(evicted)
  return { setText, setEvicted }
}
