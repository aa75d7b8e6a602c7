/** The masks of one part of a record as a tree of members and elements. Built once per source. */
import type { Mask } from '../../columns/mask.ts'

export interface MaskNode {
  /** What becomes of the value here; then nothing below counts. */
  mask: Mask | null
  members: { name: Uint8Array; node: MaskNode }[]
  elements: ReadonlyMap<number, MaskNode>
  /** Of every element that {@link elements} does not have. */
  every: MaskNode | null
}

interface Rest {
  path: Mask['path']
  mask: Mask
}

/** Null where there are none. Where two masks meet, the earlier one holds. */
export function maskTree(masks: readonly Mask[]): MaskNode | null {
  return masks.length === 0 ? null : nodeOf(masks.map((mask) => ({ path: mask.path, mask })))
}

function nodeOf(rests: readonly Rest[]): MaskNode {
  const below = rests.filter(({ path }) => path.length > 0)
  const heads = new Set(below.map(({ path }) => path[0]))
  const under = (isMine: (head: string | number | null | undefined) => boolean): MaskNode =>
    nodeOf(
      below.filter(({ path }) => isMine(path[0])).map(({ path, mask }) => ({ path: path.slice(1), mask })),
    )
  const utf8 = new TextEncoder()
  return {
    mask: rests.find(({ path }) => path.length === 0)?.mask ?? null,
    members: [...heads].flatMap((name) =>
      typeof name === 'string' ? [{ name: utf8.encode(name), node: under((head) => head === name) }] : [],
    ),
    elements: new Map(
      [...heads].flatMap((index) =>
        typeof index === 'number' ? [[index, under((head) => head === index || head === null)] as const] : [],
      ),
    ),
    every: heads.has(null) ? under((head) => head === null) : null,
  }
}
