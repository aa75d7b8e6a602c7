/** What sources, tables, lookups, steps and columns may be called, so that SQL can name them without quotes. A leaf. */

/** Kinds of things that have a name in penstock.yaml. */
export type NamedKind =
  'connection' | 'source' | 'table' | 'lookup' | 'rollup' | 'measure' | 'step' | 'column'

/** What is wrong with a name, and what to write instead. */
export interface NameProblem {
  message: string
  hint: string
}

export const longestName = 63
/** A name by its form alone; {@link checkName} knows the words that are taken. */
export const nameForm = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Words that SQLite does not take as a bare name in every place where one can stand. */
export const reservedWords: ReadonlySet<string> = new Set(
  (
    'add all alter and as autoincrement between case check collate commit constraint create current_date current_time ' +
    'current_timestamp default deferrable delete distinct drop else escape except exists false foreign from group ' +
    'having in index insert intersect into is isnull join limit not nothing notnull null on or order primary raise ' +
    'references returning select set table then to transaction true union unique update using values when where'
  ).split(' '),
)

const rowNumbers: ReadonlySet<string> = new Set(['rowid', 'oid'])
const takenPrefixes = ['_penstock', 'sys_', 'sqlite_']

/** Checks the name of one thing by itself; whether another thing has the same name is for the caller. */
export function checkName(name: string, kind: NamedKind): NameProblem | null {
  if (!nameForm.test(name)) {
    return {
      message: `${JSON.stringify(name)} is no name for a ${kind}: use letters, digits and _, and no digit first`,
      hint: writeInstead(validName(name, kind)),
    }
  }
  if (name.length > longestName) {
    return { message: `a name has at most ${String(longestName)} characters`, hint: 'shorten it' }
  }
  if (kind === 'source' || kind === 'connection') return null
  return (
    (kind === 'column' || kind === 'measure' ? checkColumn(name) : checkRelation(name, kind)) ??
    checkReserved(name)
  )
}

/** A name near to `text` that {@link checkName} accepts. */
export function validName(text: string, kind: NamedKind): string {
  const most = longestName - kind.length - 1
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/ß/g, 'ss')
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^_+/, '')
    .slice(0, most)
    .replace(/_+$/, '')
  if (plain === '') return `${kind}_1`
  const name = /^[0-9]/.test(plain) ? `${kind}_${plain}` : plain
  return checkName(name, kind) === null ? name : suffixed(name, kind)
}

/** `sys_load` as `table_sys_load`, `order` as `order_`. */
function suffixed(name: string, kind: NamedKind): string {
  const withSuffix = `${name}_`
  return checkName(withSuffix, kind) === null ? withSuffix : `${kind}_${name}`
}

function checkColumn(name: string): NameProblem | null {
  if (name.startsWith('_')) {
    return {
      message: 'columns that start with _ are kept for Penstock',
      hint: writeInstead(validName(name, 'column')),
    }
  }
  if (!rowNumbers.has(name.toLowerCase())) return null
  return { message: `"${name}" is SQLite's own name for the number of a row`, hint: writeInstead(`${name}_`) }
}

function checkRelation(name: string, kind: NamedKind): NameProblem | null {
  const lower = name.toLowerCase()
  if (lower === 'input') {
    return { message: '"input" is what steps call the records of the source', hint: 'choose another name' }
  }
  const prefix = takenPrefixes.find((candidate) => lower.startsWith(candidate))
  if (prefix === undefined) return null
  return {
    message: `names that start with ${prefix} are kept for Penstock and SQLite`,
    hint: writeInstead(`${kind}_${name.replace(/^_/, '')}`),
  }
}

function checkReserved(name: string): NameProblem | null {
  if (!reservedWords.has(name.toLowerCase())) return null
  return { message: `"${name}" is a word of SQL`, hint: writeInstead(`${name}_`) }
}

function writeInstead(name: string): string {
  return `write ${JSON.stringify(name)}`
}
