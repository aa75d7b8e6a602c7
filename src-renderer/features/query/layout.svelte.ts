/** How the Query view divides its room; kept between starts. Pixels, and a share for the chart. */
import { z } from 'zod'
import type { Preferences } from '../../state/preferences.ts'

const key = 'query.layout'
const bounds = { sidebarPx: [160, 480], editorPx: [84, 900], chartShare: [0.25, 0.75] } as const
const stored = z.object({ sidebarPx: z.number(), editorPx: z.number(), chartShare: z.number() })
type Sizes = z.infer<typeof stored>

function within(name: keyof Sizes, value: number): number {
  const [least, most] = bounds[name]
  return Math.min(most, Math.max(least, value))
}

function parse(text: string | null): Sizes | null {
  try {
    const result = stored.safeParse(JSON.parse(text ?? 'null'))
    return result.success ? result.data : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

export class QueryLayout {
  readonly #preferences: Preferences
  #sizes = $state.raw<Sizes>({ sidebarPx: 228, editorPx: 196, chartShare: 0.46 })

  constructor(preferences: Preferences) {
    this.#preferences = preferences
    const known = parse(preferences.read(key))
    if (known !== null)
      for (const name of ['sidebarPx', 'editorPx', 'chartShare'] as const) this.set(name, known[name])
  }

  get sizes(): Readonly<Sizes> {
    return this.#sizes
  }

  /** Sets one size within its bounds. */
  set(name: keyof Sizes, value: number): void {
    this.#sizes = { ...this.#sizes, [name]: within(name, value) }
    this.#preferences.write(key, JSON.stringify(this.#sizes))
  }

  /** Least and most of a size, for who draws the handle. */
  boundsOf(name: keyof Sizes): readonly [number, number] {
    return bounds[name]
  }
}
