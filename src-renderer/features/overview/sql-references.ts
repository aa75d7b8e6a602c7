/** Which relations a step's SELECT reads, well enough to draw lines between stages. Pure. */

const skipped =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|([(),;.])|\S/g

/** Words after which a comma no longer lists relations. */
const endsFrom = new Set([
  'where',
  'group',
  'order',
  'having',
  'limit',
  'window',
  'union',
  'except',
  'intersect',
  'select',
  'on',
  'using',
])

interface Word {
  text: string
  isQuoted: boolean
}

function words(sql: string): Word[] {
  const found: Word[] = []
  for (const match of sql.matchAll(skipped)) {
    const quoted = match[1] ?? match[2] ?? match[3]
    const plain = match[4] ?? match[5]
    if (quoted !== undefined) found.push({ text: quoted, isQuoted: true })
    else if (plain !== undefined) found.push({ text: plain, isQuoted: false })
  }
  return found
}

/** Names that follow FROM and JOIN, and those listed after them with commas; in lower case. */
export function relationsRead(sql: string): Set<string> {
  const names = new Set<string>()
  let isExpected = false
  let isInFrom = false
  for (const { text, isQuoted } of words(sql)) {
    const word = text.toLowerCase()
    const isKeyword = !isQuoted
    if (isKeyword && (word === 'from' || word === 'join')) {
      isExpected = true
      isInFrom = true
    } else if (isKeyword && word === ',' && isInFrom) isExpected = true
    else if (isKeyword && endsFrom.has(word)) {
      isInFrom = false
      isExpected = false
    } else if (isKeyword && '(),;.'.includes(word)) isExpected = word === '(' && isExpected
    else if (isExpected) {
      names.add(word)
      isExpected = false
    }
  }
  return names
}
