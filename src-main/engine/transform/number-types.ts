/**
 * Tells of an expression that it gives doubles whenever it gives anything: arithmetic over typed columns, and functions that
 * SQLite documents to return floating point (sqlite.org/lang_expr.html, lang_corefunc.html, lang_aggfunc.html). Everything else
 * stays uncertain. Pure.
 */
import type { ColumnType } from '#contract/workspace.ts'
import { codeTokens, identifierOf, type SqlToken } from '../sql/sql-tokens.ts'

/** `number`: a double or an integer. Each may also be NULL. */
type NumberKind = 'real' | 'number'

const numbers: ReadonlySet<ColumnType | null> = new Set<ColumnType>(['integer', 'boolean', 'timestamp'])
/** Whatever they are given. */
const givesReal = new Set(['avg', 'total', 'round'])
/** Doubles where all that they are given are doubles. */
const keepsReal = new Set(['sum', 'min', 'max', 'abs', 'coalesce', 'ifnull'])
/** Named differently from what they are: a word of the language cannot be a column here. */
const notColumns = new Set(['case', 'cast', 'not', 'exists', 'select', 'null', 'raise', 'true', 'false'])

/**
 * @param expression without an alias
 * @param typeOf type of a column by its name, in any case; null where that is not certain
 */
export function givesDoubles(expression: string, typeOf: (name: string) => ColumnType | null): boolean {
  const reader = new ExpressionReader(codeTokens(expression), typeOf)
  return reader.whole() === 'real'
}

/** The expressions of a select list by the names that AS gives them; a name that stands twice is left out. */
export function namedExpressions(sql: string): Map<string, string> {
  const named = new Map<string, string>()
  const twice = new Set<string>()
  for (const item of selectItems(codeTokens(sql))) {
    const [alias, as] = [item.at(-1), item.at(-2)]
    const [first, last] = [item[0], item.at(-3)]
    if (alias === undefined || as?.text.toLowerCase() !== 'as' || first === undefined || last === undefined)
      continue
    const name = identifierOf(alias)?.toLowerCase()
    if (name === undefined) continue
    if (named.has(name)) twice.add(name)
    named.set(name, sql.slice(first.start, last.end))
  }
  for (const name of twice) named.delete(name)
  return named
}

/** Tokens of each item between a SELECT at the beginning and its FROM; none where the statement begins otherwise. */
function selectItems(tokens: readonly SqlToken[]): SqlToken[][] {
  if (tokens[0]?.text.toLowerCase() !== 'select') return []
  const items: SqlToken[][] = [[]]
  let depth = 0
  for (const token of tokens.slice(1)) {
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    if (depth === 0 && token.kind === 'word' && token.text.toLowerCase() === 'from') return items
    if (depth === 0 && token.text === ',') items.push([])
    else items.at(-1)?.push(token)
  }
  return items
}

/** Reads an expression by the precedence of + - over * /; null wherever it meets anything else. */
class ExpressionReader {
  readonly #tokens: readonly SqlToken[]
  readonly #typeOf: (name: string) => ColumnType | null
  #at = 0

  constructor(tokens: readonly SqlToken[], typeOf: (name: string) => ColumnType | null) {
    this.#tokens = tokens
    this.#typeOf = typeOf
  }

  whole(): NumberKind | null {
    const kind = this.#sum()
    return this.#at === this.#tokens.length ? kind : null
  }

  #sum(): NumberKind | null {
    return this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#signed()))
  }

  #chain(operators: readonly string[], operand: () => NumberKind | null): NumberKind | null {
    let kind = operand()
    while (operators.includes(this.#peek())) {
      this.#at++
      const next = operand()
      kind = kind === null || next === null ? null : kind === 'real' || next === 'real' ? 'real' : 'number'
    }
    return kind
  }

  #signed(): NumberKind | null {
    if (this.#peek() !== '-' && this.#peek() !== '+') return this.#primary()
    this.#at++
    return this.#signed()
  }

  #primary(): NumberKind | null {
    const token = this.#tokens[this.#at++]
    if (token === undefined) return null
    if (token.text === '(') {
      const kind = this.#sum()
      return this.#take(')') ? kind : null
    }
    if (token.kind === 'number') return /^\d+$/.test(token.text) ? 'number' : realLiteral(token.text)
    const name = identifierOf(token)?.toLowerCase()
    if (name === undefined) return null
    if (this.#peek() === '(') return token.kind === 'word' ? this.#call(name) : null
    if (this.#peek() === '.') {
      this.#at++
      const column = this.#tokens[this.#at++]
      return this.#column(column === undefined ? null : identifierOf(column))
    }
    return token.kind === 'word' && notColumns.has(name) ? null : this.#column(name)
  }

  #column(name: string | null): NumberKind | null {
    const type = name === null ? null : this.#typeOf(name.toLowerCase())
    if (type === 'real') return 'real'
    return numbers.has(type) ? 'number' : null
  }

  /** A function without DISTINCT, FILTER or OVER behind it. */
  #call(name: string): NumberKind | null {
    this.#at++
    if (givesReal.has(name)) return this.#skip() ? 'real' : null
    if (!keepsReal.has(name)) return null
    const kinds: (NumberKind | null)[] = []
    do kinds.push(this.#sum())
    while (this.#take(','))
    return this.#take(')') && kinds.every((kind) => kind === 'real') ? 'real' : null
  }

  /** Goes behind the bracket that closes the one before. */
  #skip(): boolean {
    let depth = 1
    while (depth > 0) {
      const token = this.#tokens[this.#at++]
      if (token === undefined) return false
      if (token.text === '(') depth++
      if (token.text === ')') depth--
    }
    return true
  }

  #take(text: string): boolean {
    if (this.#peek() !== text) return false
    this.#at++
    return true
  }

  #peek(): string {
    return this.#tokens[this.#at]?.text ?? ''
  }
}

function realLiteral(text: string): NumberKind | null {
  return /^(\d+\.\d*|\.\d+|\d+)(e[+-]?\d+)?$/i.test(text) && /[.e]/i.test(text) ? 'real' : null
}
