/**
 * The paths that a scanner looks for, as a tree of members and elements, and what it remembers of the order of members.
 * Used by json-scanner.ts only.
 */
import { jsonKind } from './json-kind.ts'
import { unescapeText } from './unescape-text.ts'

const utf8 = new TextEncoder()

/** A member that is looked for, or one that is only passed over. `slot` is -1 where its value is not noted. */
export interface KeyEntry {
  bytes: Uint8Array
  slot: number
  node: PathNode | null
}

/** What is looked for inside one object or array. */
export interface PathNode {
  members: KeyEntry[]
  elements: { index: number; slot: number; node: PathNode | null }[]
  /** Entries as the last object had them, so that the next one is matched by one comparison per key. */
  order: KeyEntry[]
}

/** A node that looks for nothing yet. */
export function emptyNode(): PathNode {
  return { members: [], elements: [], order: [] }
}

/** Adds a path; returns the slot that notes it, which is an earlier one where two columns share a path. */
export function insertPath(root: PathNode, path: readonly (string | number)[], slot: number): number {
  let node = root
  for (let depth = 0; depth < path.length; depth++) {
    const segment = path[depth]
    const entry = typeof segment === 'number' ? elementOf(node, segment) : memberOf(node, segment ?? '')
    if (depth === path.length - 1) {
      if (entry.slot >= 0) return entry.slot
      entry.slot = slot
      return slot
    }
    entry.node ??= emptyNode()
    node = entry.node
  }
  return slot
}

function memberOf(node: PathNode, name: string): KeyEntry {
  const bytes = utf8.encode(name)
  const known = node.members.find((member) => sameBytes(member.bytes, bytes, 0, bytes.length))
  if (known !== undefined) return known
  const entry: KeyEntry = { bytes, slot: -1, node: null }
  node.members.push(entry)
  return entry
}

function elementOf(node: PathNode, index: number): PathNode['elements'][number] {
  const known = node.elements.find((element) => element.index === index)
  if (known !== undefined) return known
  const entry = { index, slot: -1, node: null }
  node.elements.push(entry)
  return entry
}

/** The member that the name stands for, or an entry of its own that is only skipped. */
export function findEntry(
  node: PathNode,
  bytes: Uint8Array,
  start: number,
  end: number,
  escaped: boolean,
): KeyEntry {
  const name = escaped ? utf8.encode(unescapeText(bytes, start, end)) : bytes.subarray(start, end)
  const known = node.members.find((member) => sameBytes(member.bytes, name, 0, name.length))
  return known ?? { bytes: escaped ? name : name.slice(), slot: -1, node: null }
}

function sameBytes(left: Uint8Array, right: Uint8Array, start: number, end: number): boolean {
  if (left.length !== end - start) return false
  for (let index = 0; index < left.length; index++) if (left[index] !== right[start + index]) return false
  return true
}

/** Forgets what was noted below a node; a later member of the same name counts. */
export function clearSlots(node: PathNode, kinds: Uint8Array): void {
  for (const entry of node.members) {
    if (entry.slot >= 0) kinds[entry.slot] = jsonKind.absent
    if (entry.node !== null) clearSlots(entry.node, kinds)
  }
  for (const entry of node.elements) {
    if (entry.slot >= 0) kinds[entry.slot] = jsonKind.absent
    if (entry.node !== null) clearSlots(entry.node, kinds)
  }
}
