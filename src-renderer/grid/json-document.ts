/** JSON read for the eye: numbers keep their digits, keys their order, also doubled ones. Pure, without recursion. */

export interface JsonLeaf {
  kind: 'string' | 'number' | 'word'
  /** As written, with its quotes. */
  source: string
}
export interface JsonBranch {
  kind: 'object' | 'array'
  children: { key: string | null; value: JsonNode }[]
}
export type JsonNode = JsonLeaf | JsonBranch

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{}]/g

function leafOf(source: string): JsonLeaf {
  const first = source.charAt(0)
  return { kind: first === '"' ? 'string' : /[-\d]/.test(first) ? 'number' : 'word', source }
}

/** Whether text is JSON, decided by the browser's own parser. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

/** The document, or null where the text is no JSON. */
export function readJson(text: string): JsonNode | null {
  if (!isJson(text)) return null
  const root: JsonBranch = { kind: 'array', children: [] }
  const open: JsonBranch[] = [root]
  let key: string | null = null
  for (const [source] of text.matchAll(token)) {
    if (source === ']' || source === '}') {
      open.pop()
      continue
    }
    const parent: JsonBranch = open.at(-1) ?? root
    if (parent.kind === 'object' && key === null) {
      key = source
      continue
    }
    const value: JsonNode =
      source === '{' || source === '['
        ? { kind: source === '{' ? 'object' : 'array', children: [] }
        : leafOf(source)
    parent.children.push({ key, value })
    key = null
    if (isBranch(value)) open.push(value)
  }
  return root.children[0]?.value ?? null
}

export function isBranch(node: JsonNode): node is JsonBranch {
  return node.kind === 'object' || node.kind === 'array'
}

/** Size of a branch in words: "3 keys", "1 item". */
export function branchSize(branch: JsonBranch): string {
  const count = branch.children.length
  const word = branch.kind === 'object' ? 'key' : 'item'
  return `${String(count)} ${word}${count === 1 ? '' : 's'}`
}

/** Nesting beyond this many levels is not indented further, so that lines stay readable. */
const indentedLevels = 40

interface Frame {
  branch: JsonBranch
  next: number
}

/** The document with one value a line, two spaces a level. */
export function prettyJson(root: JsonNode): string {
  if (!isBranch(root)) return root.source
  const lines: string[] = []
  const frames: Frame[] = []
  const indent = (): string => '  '.repeat(Math.min(frames.length, indentedLevels))
  const add = (head: string, node: JsonNode, isLast: boolean): void => {
    const comma = isLast ? '' : ','
    if (!isBranch(node)) lines.push(indent() + head + node.source + comma)
    else if (node.children.length === 0) {
      lines.push(indent() + head + (node.kind === 'object' ? '{}' : '[]') + comma)
    } else {
      lines.push(indent() + head + (node.kind === 'object' ? '{' : '['))
      frames.push({ branch: node, next: 0 })
    }
  }
  add('', root, true)
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const { children } = frame.branch
    const child = children[frame.next]
    if (child !== undefined) {
      frame.next += 1
      add(child.key === null ? '' : `${child.key}: `, child.value, frame.next === children.length)
      continue
    }
    frames.pop()
    const parent = frames.at(-1)
    const isLast = parent === undefined || parent.next === parent.branch.children.length
    lines.push(indent() + (frame.branch.kind === 'object' ? '}' : ']') + (isLast ? '' : ','))
  }
  return lines.join('\n')
}
