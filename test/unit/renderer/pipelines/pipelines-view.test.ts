import { cleanup, fireEvent, render, screen } from '@testing-library/svelte'
import { tick } from 'svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '#contract/errors.ts'
import PipelinesView from '../../../../src-renderer/features/pipelines/PipelinesView.svelte'
import type { App } from '../../../../src-renderer/state/app.ts'
import type { FakeCalls } from '../fake-client.ts'
import { settle } from '../fake-clock.ts'
import { FakeEngine, type Scenario } from '../fake-engine.ts'
import InApp from '../InApp.svelte'
import { createTestApp } from '../test-app.ts'
import { textOf } from '../text-of.ts'

const stops: (() => void)[] = []
afterEach(() => {
  cleanup()
  for (const stop of stops.splice(0)) stop()
})

async function open(address: string, scenario: Scenario = 'empty', calls: FakeCalls = {}): Promise<App> {
  const engine = new FakeEngine({ scenario })
  const { app } = createTestApp(
    {
      workspace: { get: () => Promise.resolve(engine.workspace) },
      live: {
        next: ({ after }) =>
          after === null ? Promise.resolve(engine.snapshot()) : new Promise(() => undefined),
      },
      statistics: {
        pipeline: (range) => Promise.resolve(engine.pipeline(range)),
        batches: (options) => Promise.resolve({ batches: engine.batches(options) }),
        batchSteps: ({ batchId }) => Promise.resolve({ steps: engine.batchSteps(batchId) }),
      },
      deadLetters: {
        list: (filter) => Promise.resolve({ letters: engine.letters(filter) }),
        get: ({ id }) => Promise.resolve(engine.letter(id)),
      },
      ...calls,
    },
    address,
  )
  stops.push(app.start())
  render(InApp, { props: { app, component: PipelinesView, props: { active: true } } })
  await settle()
  await tick()
  return app
}

describe('the pipelines', () => {
  it('are listed where there are several, and narrowed by name or source', async () => {
    await open('/pipelines', 'many')
    expect(screen.getAllByTestId('PipelinesList_row').length).toBe(20)
    await fireEvent.input(screen.getByTestId('SearchField'), { target: { value: 'INVENTORY' } })
    expect(screen.getAllByTestId('PipelinesList_row').length).toBe(3)
    await fireEvent.input(screen.getByTestId('SearchField'), { target: { value: 'nothing like it' } })
    expect(screen.getByTestId('EmptyState').textContent).toContain('No table has “nothing like it”')
  })

  it('of a table that is not there lead back to those that are', async () => {
    await open('/pipelines/renamed')
    expect(screen.getByTestId('PipelinesView_unknown').textContent).toContain('There is no table “renamed”')
  })

  it('say what will be where nothing is yet', async () => {
    await open('/pipelines/flights')
    const words = screen.getAllByTestId('EmptyState').map((element) => element.textContent)
    expect(words.join()).toMatch(/Nothing measured.*Nothing has failed.*No batch yet/s)
  })

  it('say what failed, and try again at a word', async () => {
    let tries = 0
    const batches = (): Promise<never> => {
      tries += 1
      return Promise.reject(new AppError('ENGINE_FAILED', 'The store thread has stopped.'))
    }
    await open('/pipelines/flights', 'empty', { statistics: { batches } })
    const fault = screen
      .getAllByRole('alert')
      .find((element) => element.textContent.includes('Batches could not'))
    expect(fault?.textContent).toContain('The store thread has stopped.')
    const before = tries
    const retry = fault?.querySelector('button')
    if (retry) await fireEvent.click(retry)
    expect(tries).toBe(before + 1)
  })

  it('open a step by its address, to its whole SQL', async () => {
    await open('/pipelines/late_flights?step=late')
    expect(screen.getByTestId('StepsCard_sql').textContent).toContain('WHERE delay > 15')
  })

  it('show the newest failure with the value that did not fit', async () => {
    await open('/pipelines/late_flights', 'busy', {
      statistics: {
        pipeline: () => new Promise(() => undefined),
        batches: () => new Promise(() => undefined),
      },
    })
    expect(screen.getByTestId('FailureCard_reason').textContent).toBe('delay: "three" is no integer')
    expect(document.querySelector('mark')?.textContent).toBe('"three"')
    expect(screen.getByText('All like this').getAttribute('href')).toBe(
      '/dead-letters?source=flights&step=decode&column=delay',
    )
  })

  it('show a record that came too late as the last failure, too', async () => {
    const engine = new FakeEngine({ scenario: 'busy' })
    const decoding = engine.letters({ step: 'decode', limit: 1 })[0]
    const id = (decoding?.id ?? 0) + 1
    const late = { step: 'event_time', column: '', reason: 'at is 37 s behind the watermark' }
    await open('/pipelines/late_flights', 'busy', {
      deadLetters: {
        list: ({ step, limit }) => {
          const letters = step === undefined ? [] : engine.letters({ step: 'decode', limit })
          return Promise.resolve({
            letters: step === 'event_time' ? letters.map((letter) => ({ ...letter, ...late, id })) : letters,
          })
        },
        get: (wanted) =>
          Promise.resolve({
            ...engine.letter(decoding?.id ?? 0),
            ...(wanted.id === id ? late : {}),
            id: wanted.id,
          }),
      },
    })
    expect(screen.getByTestId('FailureCard_reason').textContent).toBe(late.reason)
  })

  it('open a batch to its steps', async () => {
    await open('/pipelines/late_flights', 'busy', {
      statistics: {
        pipeline: () => new Promise(() => undefined),
        batches: (options) =>
          Promise.resolve({ batches: new FakeEngine({ scenario: 'busy' }).batches(options) }),
        batchSteps: ({ batchId }) =>
          Promise.resolve({ steps: new FakeEngine({ scenario: 'busy' }).batchSteps(batchId) }),
      },
    })
    const button = screen.getAllByTestId('BatchesCard_row')[2]?.querySelector('button')
    if (button) await fireEvent.click(button)
    await settle()
    await tick()
    expect(screen.getByTestId('BatchSteps').textContent).toMatch(/late_flights\s*late/)
    expect(screen.getByTestId('BatchesCard_follow')).toBeTruthy()
  })

  it('show the rollups of a table, open at the one that the address names', async () => {
    await open('/pipelines/flights?rollup=airport_totals', 'rollups')
    const rows = screen.getAllByTestId('RollupsCard_row').map(textOf)
    expect(rows[0]).toMatch(/^busiest_routes sliding 1 h every 5 min by at, UTC, by origin, destination /)
    expect(rows[0]).toMatch(/18\.2k catching up$/)
    expect(rows[1]).toMatch(/not kept up to date$/)
    expect(textOf(screen.getByTestId('RollupDetails_reason'))).toBe(
      'Not kept up to date: integer overflow in sum(distance)',
    )
    expect(textOf(screen.getByTestId('RollupDetails_measure'))).toBe('miles sum(distance) exact')
  })

  it('show a rollup with estimated measures by their error, and lead to its rows', async () => {
    const app = await open('/pipelines/late_flights', 'rollups')
    const button = screen.getAllByTestId('RollupsCard_row')[0]?.querySelector('button')
    if (button) await fireEvent.click(button)
    expect(app.router.current.params).toEqual({ rollup: 'delays_by_hour' })
    const measures = screen.getAllByTestId('RollupDetails_measure').map(textOf)
    expect(measures.at(-1)).toMatch(/about 1\.6 % \(standard error\), exact up to 256 values$/)
    const href = screen.getByTestId('RollupDetails_query').getAttribute('href') ?? ''
    expect(new URLSearchParams(href.split('?')[1]).get('sql')).toBe(
      'SELECT * FROM delays_by_hour ORDER BY window_start DESC LIMIT 100',
    )
  })

  it('show late records by batch only where there are some', async () => {
    await open('/pipelines/flights', 'rollups')
    expect(screen.getByTestId('EventTimeStrip').textContent).toContain('Watermark')
    expect(screen.getByTestId('BatchesCard').textContent).toMatch(/too late/)
    cleanup()
    await open('/pipelines/flights', 'busy')
    expect(screen.queryByTestId('EventTimeStrip')).toBeNull()
    expect(screen.queryByTestId('RollupsCard')).toBeNull()
    expect(screen.getByTestId('BatchesCard').textContent).not.toMatch(/Late/)
  })
})
