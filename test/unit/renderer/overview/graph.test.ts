import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WorkspaceView } from '#contract/workspace.ts'
import { deadLetterPath } from '../../../../src-renderer/features/overview/edge-paths.ts'
import {
  apart,
  columnsOf,
  graphLayout,
  layoutSize,
  stageSize,
  tightSpacing,
} from '../../../../src-renderer/features/overview/graph-layout.ts'
import { graphShape } from '../../../../src-renderer/features/overview/graph-shape.ts'
import {
  frameHeight,
  openingViewport,
  revealingViewport,
  wholeViewport,
  zoomedViewport,
} from '../../../../src-renderer/features/overview/graph-viewport.ts'
import { FakeEngine } from '../fake-engine.ts'

const demo = new FakeEngine({ scenario: 'busy' }).workspace
const many = new FakeEngine({ scenario: 'many' }).workspace
type Table = WorkspaceView['tables'][number]

function table(
  name: string,
  steps: Record<string, string>,
  lookups: string[] = [],
  source = 'flights',
): Table {
  const list = Object.entries(steps).map(([step, sql]) => ({ name: step, sql, line: 1 }))
  const appended = { key: [], newestBy: null, deleteWhen: null, deduplicate: null, retainBytes: null }
  return { name, source, steps: list, lookups, ...appended, retainRows: null, retainAgeMs: null }
}
const links = (workspace: WorkspaceView, kind: string): string[] =>
  graphShape(workspace)
    .links.filter((link) => link.kind === kind)
    .map(({ from, to }) => `${from} > ${to}`)

describe('the stages of a workspace', () => {
  it('are linked as the steps read each other', () => {
    expect(links(demo, 'flow')).toEqual([
      'source:flights > decode:flights',
      'decode:flights > step:flights:enriched',
      'step:flights:enriched > table:flights',
      'decode:flights > step:late_flights:enriched',
      'step:late_flights:enriched > step:late_flights:late',
      'step:late_flights:late > table:late_flights',
    ])
    expect(links(demo, 'lookup')).toEqual([
      'lookup:airports > step:flights:enriched',
      'lookup:airports > step:late_flights:enriched',
    ])
  })

  it('branch and join where steps do', () => {
    const steps = {
      a: 'SELECT * FROM input',
      b: 'SELECT * FROM input',
      c: 'SELECT * FROM a JOIN b USING (id)',
    }
    const workspace = { ...demo, tables: [table('t', steps)] }
    expect(links(workspace, 'flow').slice(1)).toEqual([
      'decode:flights > step:t:a',
      'decode:flights > step:t:b',
      'step:t:a > step:t:c',
      'step:t:b > step:t:c',
      'step:t:c > table:t',
    ])
  })

  it('follow each other where the SQL tells nothing', () => {
    const workspace = { ...demo, tables: [table('t', { a: 'VALUES (1)', b: 'nonsense' }, ['airports'])] }
    expect(links(workspace, 'flow').slice(1)).toEqual([
      'decode:flights > step:t:a',
      'step:t:a > step:t:b',
      'step:t:b > table:t',
    ])
    expect(links(workspace, 'lookup')).toEqual(['lookup:airports > step:t:a'])
  })

  it('need no steps and no tables', () => {
    expect(links({ ...demo, tables: [table('t', {})] }, 'flow').slice(1)).toEqual([
      'decode:flights > table:t',
    ])
    expect(links({ ...demo, tables: [] }, 'flow')).toEqual(['source:flights > decode:flights'])
  })
})

describe('the layout', () => {
  it('puts the demo into neat rows and columns', () => {
    const places = graphLayout(graphShape(demo))
    const grid = [...places].map(([id, { x, y }]) => [
      id,
      x / (stageSize.width + 72),
      y / (stageSize.height + 20),
    ])
    expect(Object.fromEntries(grid.map(([id, column, row]) => [id, [column, row]]))).toEqual({
      'source:flights': [0, 0],
      'decode:flights': [1, 0],
      'lookup:airports': [1, 1],
      'step:flights:enriched': [2, 0],
      'table:flights': [4, 0],
      'step:late_flights:enriched': [2, 1],
      'step:late_flights:late': [3, 1],
      'table:late_flights': [4, 1],
      'dead-letters': [4, 2],
    })
  })

  it('keeps a source near the first of its many tables, so that both are in sight', () => {
    const tables = Array.from({ length: 40 }, (_, index) => table(`t${String(index)}`, {}))
    const places = graphLayout(graphShape({ ...demo, tables }))
    expect((places.get('source:flights')?.y ?? 0) / (stageSize.height + 20)).toBe(2)
  })

  it('draws stages closer together where there is less room', () => {
    const tight = layoutSize(graphLayout(graphShape(demo), tightSpacing), tightSpacing)
    expect(tight.width).toBeLessThan(layoutSize(graphLayout(graphShape(demo))).width)
  })

  it('lets every link lead to the right', () => {
    const shape = graphShape(many)
    const columns = columnsOf(shape)
    for (const { from, to } of shape.links) expect(columns.get(from)).toBeLessThan(columns.get(to) ?? 0)
  })

  const anyWorkspace = fc
    .array(
      fc.record({
        source: fc.constantFrom('a', 'b', 'c'),
        steps: fc.array(fc.constantFrom('SELECT * FROM input', 'SELECT * FROM s0', 'SELECT * FROM l', 'x'), {
          maxLength: 4,
        }),
        lookups: fc.subarray(['l', 'm']),
      }),
      { maxLength: 20 },
    )
    .map((tables): WorkspaceView => ({
      ...demo,
      sources: ['a', 'b', 'c'].map((name) => ({
        ...(demo.sources[0] as WorkspaceView['sources'][number]),
        name,
      })),
      lookups: ['l', 'm'].map((name) => ({ name, origin: '', connection: null, key: 'id' })),
      tables: tables.map(({ source, steps, lookups }, index) =>
        table(
          `t${String(index)}`,
          Object.fromEntries(steps.map((sql, step) => [`s${String(step)}`, sql])),
          lookups,
          source,
        ),
      ),
    }))

  it('never lays one stage over another, whatever is declared', () => {
    fc.assert(
      fc.property(anyWorkspace, (workspace) => {
        const shape = graphShape(workspace)
        const places = [...graphLayout(shape).values()]
        expect(places.length).toBe(shape.stages.length)
        for (const [index, one] of places.entries())
          for (const other of places.slice(index + 1)) {
            const isBeside = Math.abs(one.x - other.x) >= stageSize.width
            expect(isBeside || Math.abs(one.y - other.y) >= stageSize.height).toBe(true)
          }
        for (const { x, y } of places) expect(Math.min(x, y)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('moves wishes apart in their order and around what is taken', () => {
    expect(apart([0, 0, 5], [])).toEqual([0, 1, 5])
    expect(apart([2, 2], [])).toEqual([1.5, 2.5])
    expect(apart([1], [1, 2])).toEqual([3])
  })
})

describe('the viewport of the graph', () => {
  const small = { width: 1000, height: 200 }
  const frame = { width: 1200, height: 300 }

  it('shows a small graph in its own size, in the middle', () => {
    expect(openingViewport(small, frame)).toEqual({ zoom: 1, x: 100, y: 50 })
  })

  it('shrinks to the width while names can be read, then starts at the beginning', () => {
    expect(openingViewport({ width: 1500, height: 100 }, frame).zoom).toBeCloseTo(0.797, 2)
    expect(openingViewport({ width: 9000, height: 9000 }, frame)).toEqual({ zoom: 0.62, x: 2, y: 2 })
  })

  it('shows all of a large graph when asked to', () => {
    const huge = { width: 2000, height: 1400 }
    const { zoom } = wholeViewport(huge, frame)
    expect(huge.width * zoom).toBeLessThanOrEqual(frame.width)
    expect(huge.height * zoom).toBeLessThanOrEqual(frame.height)
  })

  it('zooms about the middle and stops at its bounds', () => {
    const once = zoomedViewport({ x: 0, y: 0, zoom: 1 }, frame, 1.25)
    expect(once).toEqual({ zoom: 1.25, x: -150, y: -37.5 })
    expect(zoomedViewport(once, frame, 100).zoom).toBe(1.5)
    expect(zoomedViewport(once, frame, 0.001).zoom).toBe(0.2)
  })

  it('moves no more than needed to show a stage', () => {
    const at = { x: 10, y: 20, zoom: 1 }
    const place = (x: number, y: number): Parameters<typeof revealingViewport>[2] => ({
      x,
      y,
      width: 100,
      height: 50,
    })
    expect(revealingViewport(at, frame, place(50, 60))).toEqual(at)
    expect(revealingViewport(at, frame, place(-200, 60))).toEqual({ x: 202, y: 20, zoom: 1 })
    expect(revealingViewport(at, frame, place(1500, 900))).toEqual({ x: -402, y: -652, zoom: 1 })
    expect(revealingViewport(at, { width: 60, height: 300 }, place(50, 60)).x).toBe(-48)
  })

  it('takes the height that the graph needs, up to a bound', () => {
    expect(frameHeight(small, 1200, 440)).toBe(204)
    expect(frameHeight({ width: 1000, height: 5000 }, 1200, 440)).toBe(440)
  })

  it('knows the size of a layout', () => {
    expect(layoutSize(new Map([['a', { x: 100, y: 50 }]]))).toEqual({
      width: 100 + stageSize.width,
      height: 50 + stageSize.height,
    })
  })
})

describe('the line of failed records', () => {
  it('runs down beside its stage and along the row of the dead letters', () => {
    expect(deadLetterPath({ sourceX: 100, sourceY: 30, targetX: 900, targetY: 200 })).toBe(
      'M100 50H108Q116 50 116 58V192Q116 200 124 200H900',
    )
  })
})
