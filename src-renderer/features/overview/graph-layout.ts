/**
 * Places stages left to right in columns by data flow, one lane of rows per table; sources, decoders and lookups stand at
 * the middle of what reads them. Pure; pixels at zoom 1, top left corners.
 */
import { type GraphShape, type Stage, deadLettersId } from './graph-shape.ts'

export interface Place {
  x: number
  y: number
}

/** Size of a stage and the room between stages. */
export interface Spacing {
  stage: { width: number; height: number }
  gap: { x: number; y: number }
}

export const stageSize = { width: 172, height: 64 }
export const roomySpacing: Spacing = { stage: stageSize, gap: { x: 72, y: 20 } }
/** For frames that the roomy one does not fit into, so that less is lost to shrinking. */
export const tightSpacing: Spacing = { stage: { width: 160, height: 64 }, gap: { x: 52, y: 16 } }
/** Rows that a source stands below the first of its tables at most: both are in sight however many there are. */
const mostBelowFirst = 2

/** Place by id of stage. */
export function graphLayout(shape: GraphShape, { stage, gap } = roomySpacing): Map<string, Place> {
  const columns = columnsOf(shape)
  const rows = rowsOf(shape, columns)
  return new Map(
    shape.stages.map(({ id }) => [
      id,
      {
        x: (columns.get(id) ?? 0) * (stage.width + gap.x),
        y: (rows.get(id) ?? 0) * (stage.height + gap.y),
      },
    ]),
  )
}

/** Size of all places together. */
export function layoutSize(
  places: ReadonlyMap<string, Place>,
  { stage } = roomySpacing,
): { width: number; height: number } {
  const all = [...places.values()]
  return {
    width: Math.max(0, ...all.map(({ x }) => x)) + stage.width,
    height: Math.max(0, ...all.map(({ y }) => y)) + stage.height,
  }
}

/**
 * Longest way from a source; tables and dead letters share a column, rollups stand behind it, lookups before their first
 * reader.
 */
export function columnsOf({ stages, links }: GraphShape): Map<string, number> {
  const columns = new Map<string, number>()
  for (const { id, kind } of stages) if (kind === 'source') columns.set(id, 0)
  // Stages come in order of data flow, and a step reads only earlier ones, so one pass is enough.
  for (const { id, kind } of stages) {
    if (kind === 'source' || kind === 'lookup' || kind === 'rollup') continue
    const before = links.filter((link) => link.to === id && link.kind === 'flow')
    columns.set(id, 1 + Math.max(0, ...before.map((link) => columns.get(link.from) ?? 0)))
  }
  const last = Math.max(2, ...columns.values())
  for (const { id, kind } of stages) {
    if (kind === 'table' || kind === 'dead-letters') columns.set(id, last)
    if (kind !== 'lookup') continue
    const readers = links.filter((link) => link.from === id).map((link) => columns.get(link.to) ?? 1)
    columns.set(id, readers.length === 0 ? 1 : Math.max(1, Math.min(...readers) - 1))
  }
  for (const stage of stages)
    if (stage.kind === 'rollup') columns.set(stage.id, (columns.get(stage.from) ?? last) + 1)
  return columns
}

function rowsOf(shape: GraphShape, columns: ReadonlyMap<string, number>): Map<string, number> {
  const rows = new Map<string, number>()
  let nextRow = 0
  for (const lane of lanes(shape)) nextRow += placeLane(lane, nextRow, columns, rows)
  for (const stage of shape.stages.filter(({ kind }) => kind === 'decode' || kind === 'lookup'))
    rows.set(stage.id, middle(readersOf(shape, stage.id, rows), nextRow))
  spread(shape, columns, rows)
  for (const stage of shape.stages)
    if (stage.kind === 'source') rows.set(stage.id, rows.get(`decode:${stage.source}`) ?? 0)
  rows.set(deadLettersId, Math.ceil(Math.max(-1, ...rows.values())) + 1)
  return rows
}

/** Steps, table and rollups of each table, grouped by source so that lanes of one source lie together. */
function lanes({ stages }: GraphShape): Stage[][] {
  const bySource = Map.groupBy(
    stages.filter((stage) => stage.kind === 'step' || stage.kind === 'table' || stage.kind === 'rollup'),
    (stage) => stage.source,
  )
  return [...bySource.values()].flatMap((list) => [...Map.groupBy(list, (stage) => stage.table).values()])
}

/** Stages that stand in the same column go below each other, and no rollup above what it is made from. @returns rows taken */
function placeLane(
  lane: readonly Stage[],
  firstRow: number,
  columns: ReadonlyMap<string, number>,
  rows: Map<string, number>,
): number {
  const used = new Map<number, number>()
  for (const stage of lane) {
    const { id } = stage
    const column = columns.get(id) ?? 0
    const least = stage.kind === 'rollup' ? (rows.get(stage.from) ?? firstRow) - firstRow : 0
    const offset = Math.max(least, used.get(column) ?? 0)
    rows.set(id, firstRow + offset)
    used.set(column, offset + 1)
  }
  return Math.max(1, ...used.values())
}

function readersOf(shape: GraphShape, id: string, rows: ReadonlyMap<string, number>): number[] {
  return shape.links.flatMap((link) => {
    const row = link.from === id && link.kind !== 'dead' ? rows.get(link.to) : undefined
    return row === undefined ? [] : [row]
  })
}

function middle(values: readonly number[], otherwise: number): number {
  if (values.length === 0) return otherwise
  const first = Math.min(...values)
  return Math.min(first + mostBelowFirst, (first + Math.max(...values)) / 2)
}

/** Moves decoders and lookups of one column apart where they overlap, as little as possible and never above the first row. */
function spread(shape: GraphShape, columns: ReadonlyMap<string, number>, rows: Map<string, number>): void {
  const loose = shape.stages.filter(({ kind }) => kind === 'decode' || kind === 'lookup')
  for (const column of new Set(loose.map(({ id }) => columns.get(id) ?? 0))) {
    const members = loose.filter(({ id }) => (columns.get(id) ?? 0) === column).map(({ id }) => id)
    const taken = shape.stages
      .filter(({ id, kind }) => (kind === 'step' || kind === 'table') && columns.get(id) === column)
      .map(({ id }) => rows.get(id) ?? 0)
    const placed = apart(
      members.map((id) => rows.get(id) ?? 0),
      taken,
    )
    for (const [index, id] of members.entries()) rows.set(id, placed[index] ?? 0)
  }
}

/** Rows at least one apart from each other and from those taken, in the order of the wishes. */
export function apart(wishes: readonly number[], taken: readonly number[]): number[] {
  const order = wishes
    .map((wish, index) => ({ wish, index }))
    .sort((left, right) => left.wish - right.wish || left.index - right.index)
  const placed: number[] = []
  let floor = 0
  let drift = 0
  for (const { wish } of order) {
    let row = Math.max(wish, floor)
    while (taken.some((other) => Math.abs(other - row) < 1)) row = Math.floor(row) + 1
    placed.push(row)
    drift += row - wish
    floor = row + 1
  }
  const first = placed[0] ?? 0
  const shift = taken.length > 0 || placed.length === 0 ? 0 : Math.min(first, drift / placed.length)
  const result: number[] = wishes.map(() => 0)
  for (const [rank, { index }] of order.entries()) result[index] = (placed[rank] ?? 0) - shift
  return result
}
