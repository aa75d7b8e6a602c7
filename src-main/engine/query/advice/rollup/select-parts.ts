/** The clauses of a plain SELECT from one table. Anything that is not one is no business of rollups. Pure. */
import { codeTokens, identifierOf, type SqlToken } from '../../../sql/sql-tokens.ts'
import { isKeyword, isSign, type NamedTable, readColumns, split, splitList, type Word } from './sql-words.ts'

export interface SelectItem {
  expression: Word[]
  /** As it was written. */
  sql: string
  alias: string | null
}

export interface SelectParts {
  table: string
  items: SelectItem[]
  /** Empty without the clause. */
  where: Word[]
  groupBy: Word[][]
  having: Word[]
  orderBy: Word[][]
  limit: Word[]
}

/** Words with which a statement is more than one pass over the rows of one table. */
const beyond = new Set(
  `WITH UNION EXCEPT INTERSECT JOIN DISTINCT OVER WINDOW VALUES EXISTS COLLATE INDEXED MATERIALIZED`.split(
    ' ',
  ),
)
const clauses = ['FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT'] as const
/** Brackets within brackets; what looks at them looks at their inside once for each. */
const deepest = 20
type Clause = 'SELECT' | (typeof clauses)[number]

/**
 * @param columnsOf columns of a table by its name, in any case; null where it is none that is known
 * @returns null where the statement is anything else, or is not understood to its last word
 */
export function selectParts(
  sql: string,
  columnsOf: (table: string) => { name: string; columns: readonly string[] } | null,
): SelectParts | null {
  const tokens = codeTokens(sql)
  while (tokens.at(-1)?.text === ';') tokens.pop()
  if (tokens.some((token) => isBeyond(token))) return null
  const cut = cutClauses(tokens)
  if (cut === null) return null
  const from = fromTable(cut.get('FROM') ?? [])
  const table = from === null ? null : columnsOf(from.table)
  if (from === null || table === null) return null
  const named: NamedTable = { names: [from.alias ?? from.table], columns: table.columns }
  const words = (clause: Clause): Word[] => readColumns(cut.get(clause) ?? [], named)
  const group = words('GROUP')
  const order = words('ORDER')
  return {
    table: table.name,
    items: splitList(words('SELECT')).map((item) => selectItem(sql, item)),
    where: words('WHERE'),
    groupBy: group.length === 0 ? [] : splitList(group),
    having: words('HAVING'),
    orderBy: order.length === 0 ? [] : splitList(order),
    limit: words('LIMIT'),
  }
}

function isBeyond({ kind, text }: SqlToken): boolean {
  if (kind === 'parameter' || kind === 'unterminated' || text === ';') return true
  return kind === 'word' && beyond.has(text.toUpperCase())
}

/** Tokens by clause, in the one order that SQL has; null where a clause comes twice or there is another SELECT. */
function cutClauses(tokens: readonly SqlToken[]): Map<Clause, SqlToken[]> | null {
  const word = (index: number): string =>
    tokens[index]?.kind === 'word' ? tokens[index].text.toUpperCase() : ''
  if (word(0) !== 'SELECT') return null
  const cut = new Map<Clause, SqlToken[]>([['SELECT', []]])
  let clause: Clause = 'SELECT'
  let depth = 0
  for (let index = 1; index < tokens.length; index++) {
    const token = tokens[index]
    if (token === undefined || word(index) === 'SELECT') return null
    if (token.text === '(' && ++depth > deepest) return null
    if (token.text === ')') depth--
    const next = depth === 0 ? clauses.find((name) => name === word(index)) : undefined
    if (next === undefined) {
      cut.get(clause)?.push(token)
      continue
    }
    if (clauses.indexOf(next) <= clauses.findIndex((name) => name === clause)) return null
    clause = next
    cut.set(clause, [])
    if ((next === 'GROUP' || next === 'ORDER') && word(++index) !== 'BY') return null
  }
  return depth === 0 ? cut : null
}

/** `flights`, `main.flights`, `flights f`, `flights AS f`. */
function fromTable(tokens: readonly SqlToken[]): { table: string; alias: string | null } | null {
  const isMain = tokens[0]?.text.toLowerCase() === 'main' && tokens[1]?.text === '.'
  const [table, ...rest] = isMain ? tokens.slice(2) : tokens
  const name = table === undefined ? null : identifierOf(table)
  if (name === null) return null
  const [first, second] = rest
  const alias = first?.kind === 'word' && first.text.toUpperCase() === 'AS' ? second : first
  if (rest.length > (alias === first ? 1 : 2)) return null
  if (alias === undefined) return rest.length === 0 ? { table: name, alias: null } : null
  const given = identifierOf(alias)
  return given === null ? null : { table: name, alias: given }
}

/** `expression`, `expression AS name`, `expression name`. */
function selectItem(sql: string, words: readonly Word[]): SelectItem {
  const last = words.at(-1)
  const [first] = words
  const sqlOf = (part: readonly Word[]): string => sql.slice(part[0]?.start, part.at(-1)?.end)
  if (first === undefined || last === undefined) return { expression: [], sql: '', alias: null }
  const given = identifierOf({ kind: last.kind === 'column' ? 'word' : last.kind, ...place(sql, last) })
  const hasAs = isKeyword(words.at(-2), 'AS')
  if (given === null || words.length < 2 || (!hasAs && !isValueEnd(words.at(-2))) || isEnding(last)) {
    return { expression: [...words], sql: sqlOf(words), alias: null }
  }
  const expression = words.slice(0, hasAs ? -2 : -1)
  return { expression, sql: sqlOf(expression), alias: given }
}

function place(sql: string, { start, end }: Word): { text: string; start: number; end: number } {
  return { text: sql.slice(start, end), start, end }
}

/** Words after a value that are no name of it. */
function isEnding(word: Word): boolean {
  return ['END', 'ISNULL', 'NOTNULL'].some((keyword) => isKeyword(word, keyword))
}

/** Whether a name after this word can only be an alias. */
function isValueEnd(word: Word | undefined): boolean {
  if (word === undefined) return false
  return (
    isSign(word, ')') ||
    isKeyword(word, 'END') ||
    ['column', 'quoted', 'number', 'string', 'blob'].includes(word.kind)
  )
}

/** The conditions of a WHERE that must all hold; one with OR stays whole. */
export function conditions(words: readonly Word[]): Word[][] {
  if (words.length === 0) return []
  let depth = 0
  let isBetween = false
  const cuts = new Set<number>()
  for (const [index, word] of words.entries()) {
    if (isSign(word, '(')) depth++
    if (isSign(word, ')')) depth--
    if (depth > 0) continue
    if (isKeyword(word, 'OR') || isKeyword(word, 'CASE')) return [[...words]]
    if (isKeyword(word, 'BETWEEN')) isBetween = true
    else if (isKeyword(word, 'AND')) {
      if (!isBetween) cuts.add(index)
      isBetween = false
    }
  }
  return split(words, (index) => cuts.has(index))
}
