/** What the cells of one CSV column have been like, and the type that holds them all without changing any. */
import type { ColumnType } from '#contract/workspace.ts'
import { toInteger } from '../../columns/convert-text.ts'
import { isMisfit } from '../../columns/values.ts'

/** No leading zeros and no plus sign: codes such as 007 and +49 stay text. */
const wholeForm = /^(0|-?[1-9][0-9]*)$/
/** No exponent without a point: a code such as 12E4 stays text. */
const realForm = /^-?(0|[1-9][0-9]*)\.[0-9]+([eE][+-]?[0-9]+)?$/
const booleanForm = /^(true|false)$/i

/** Gathers the cells of one column. */
export class TextEvidence {
  #seen = 0
  #whole = 0
  /** Whole numbers that a double cannot hold exactly. */
  #wide = 0
  #reals = 0
  #booleans = 0

  /** @param cell text, or null for NULL, which counts for nothing */
  add(cell: unknown): void {
    if (typeof cell !== 'string') return
    this.#seen++
    if (wholeForm.test(cell)) this.#addWhole(cell)
    else if (realForm.test(cell) && Number.isFinite(Number(cell))) this.#reals++
    else if (booleanForm.test(cell)) this.#booleans++
  }

  /** Text where nothing narrower holds every cell, or where there was none. */
  decide(): { type: ColumnType; format: null } {
    return { type: this.#type(), format: null }
  }

  #addWhole(cell: string): void {
    if (isMisfit(toInteger(cell))) return
    this.#whole++
    if (!Number.isSafeInteger(Number(cell))) this.#wide++
  }

  #type(): ColumnType {
    if (this.#seen === 0) return 'text'
    if (this.#whole === this.#seen) return 'integer'
    if (this.#booleans === this.#seen) return 'boolean'
    const fitsReal = this.#whole + this.#reals === this.#seen && this.#wide === 0
    return fitsReal ? 'real' : 'text'
  }
}
