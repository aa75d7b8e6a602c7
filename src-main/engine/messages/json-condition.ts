/** The condition on a member of a JSON value, checked on bytes. Cluster thread. */
import { AppError, assertNever } from '#contract/errors.ts'
import type { MessageFilter } from '#contract/messages.ts'
import { parseJsonPath } from '../../columns/json-path.ts'
import { jsonKind } from '../json/json-kind.ts'
import { JsonScanner } from '../json/json-scanner.ts'
import { unescapeText } from '../json/unescape-text.ts'

type Wanted = NonNullable<MessageFilter['json']>

const utf8 = new TextDecoder()
const wholeForm = /^-?\d+$/

export class JsonCondition {
  readonly #scanner: JsonScanner
  readonly #operator: Wanted['operator']
  readonly #value: string
  readonly #lower: string
  readonly #number: number

  /** @throws AppError SEARCH_INVALID */
  constructor({ path, operator, value }: Wanted) {
    const parsed = parseJsonPath(path)
    if ('message' in parsed) throw new AppError('SEARCH_INVALID', `JSON path: ${parsed.message}`)
    this.#scanner = new JsonScanner([parsed.path])
    this.#operator = operator
    this.#value = value.trim()
    this.#lower = value.toLowerCase()
    this.#number = this.#value === '' ? Number.NaN : Number(this.#value)
  }

  /** Null where `bytes[start, end)` is no JSON. */
  holds(bytes: Uint8Array, start: number, end: number): boolean | null {
    const scanner = this.#scanner
    if (!scanner.scan(bytes, start, end)) return null
    const kind = scanner.kinds[0] ?? jsonKind.absent
    if (kind === jsonKind.absent) return false
    if (this.#operator === 'exists') return true
    const isNumber = kind === jsonKind.integer || kind === jsonKind.real
    const found = this.#textOf(bytes, kind)
    return this.#compares(this.#operator, found, isNumber)
  }

  #textOf(bytes: Uint8Array, kind: number): string {
    const start = this.#scanner.starts[0] ?? 0
    const end = this.#scanner.ends[0] ?? 0
    if (kind === jsonKind.escapedString) return unescapeText(bytes, start + 1, end - 1)
    const inset = kind === jsonKind.string ? 1 : 0
    return utf8.decode(bytes.subarray(start + inset, end - inset))
  }

  #compares(operator: Exclude<Wanted['operator'], 'exists'>, found: string, isNumber: boolean): boolean {
    if (operator === 'contains') return found.toLowerCase().includes(this.#lower)
    const order = this.#order(found, isNumber)
    switch (operator) {
      case '=':
        return order === 0
      case '!=':
        return order !== 0
      case '<':
        return order < 0
      case '<=':
        return order <= 0
      case '>':
        return order > 0
      case '>=':
        return order >= 0
      default:
        return assertNever(operator)
    }
  }

  /** Below, at or above zero as what was found is less, equal or greater: as numbers where both are, else as text. */
  #order(found: string, isNumber: boolean): number {
    if (isNumber && !Number.isNaN(this.#number)) {
      // Beyond 2^53 a number would round: whole ones are compared digit by digit.
      if (wholeForm.test(found) && wholeForm.test(this.#value)) {
        const difference = BigInt(found) - BigInt(this.#value)
        return difference === 0n ? 0 : difference < 0n ? -1 : 1
      }
      return Number(found) - this.#number
    }
    const lower = found.toLowerCase()
    return lower === this.#lower ? 0 : lower < this.#lower ? -1 : 1
  }
}
