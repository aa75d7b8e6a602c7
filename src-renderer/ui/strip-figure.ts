import type { Tone } from './tone.ts'

/** One figure of a strip, ready to be read. */
export interface StripFigure {
  name: string
  value: string
  /** The whole figure, or what it means. */
  title?: string
  /** Quiet words after the value. */
  note?: string
  tone?: Tone
}
