import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldedStep } from '../../../../src-renderer/grid/tall-scroll.ts'

describe('the wheel over a folded result', () => {
  it('moves rows by what it says over many turns, whatever a turn is', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -240, max: 240 })),
        fc.double({ min: 1, max: 40, noNaN: true }),
        (turns, fold) => {
          let restPx = 0
          let moved = 0
          for (const turn of turns) {
            const folded = foldedStep(turn, fold, restPx)
            restPx = folded.restPx
            moved += folded.step
          }
          const wanted = turns.reduce((sum, turn) => sum + turn, 0) / fold
          expect(Math.abs(wanted - moved)).toBeLessThan(1.001)
          expect(Number.isInteger(moved)).toBe(true)
        },
      ),
    )
  })
})
