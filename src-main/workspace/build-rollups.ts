/** Rollups of a file that passed every check to those that the engine takes. */
import type { WorkspaceDocument } from './document.ts'
import type { Position, Rollup } from './model.ts'
import type { RollupFile } from './rollup-schema.ts'

/** Each rollup after the one that it is made from; checks have refused circles. */
export function buildRollups(
  written: Readonly<Record<string, RollupFile>>,
  document: WorkspaceDocument,
): Rollup[] {
  const built = new Map<string, Rollup>()
  const build = (name: string): void => {
    const file = written[name]
    if (file === undefined || built.has(name)) return
    build(file.from)
    built.set(name, buildRollup(name, file, document))
  }
  Object.keys(written).forEach(build)
  return [...built.values()]
}

function buildRollup(name: string, rollup: RollupFile, document: WorkspaceDocument): Rollup {
  const { from, window, by, measures, retain } = rollup
  return {
    name,
    from,
    window:
      window === undefined
        ? null
        : {
            everyMs: window.every,
            overMs: window.over === undefined || window.over === window.every ? null : window.over,
            on: window.on,
            zone: window.zone ?? null,
          },
    by: by ?? [],
    measures: Object.entries(measures).map(([measure, sql]) => ({
      name: measure,
      sql,
      position: document.positionOf({ path: ['rollups', name, 'measures', measure], at: 'value' }),
    })),
    retainAgeMs: retain?.age ?? null,
    position: document.positionOf({ path: ['rollups', name], at: 'key' }),
    places: placesOf(name, rollup, document),
  }
}

function placesOf(name: string, { by }: RollupFile, document: WorkspaceDocument): Record<string, Position> {
  const settings = ['every', 'on', 'zone'].map((key) => ['window', key])
  const paths = [['from'], ['window'], ...settings, ...(by ?? []).map((_, index) => ['by', index])]
  return Object.fromEntries(
    paths.map((path) => [
      path.join('.'),
      document.positionOf({ path: ['rollups', name, ...path], at: 'value' }),
    ]),
  )
}
