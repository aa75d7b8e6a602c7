import { describe, expect, it } from 'vitest'
import { ReloadTurn } from '../../../../src-renderer/grid/reload-turn.ts'

function setUp() {
  let reloads = 0
  const turn = new ReloadTurn(() => {
    reloads += 1
  })
  const ends: (() => void)[] = []
  const read = (): Promise<void> => turn.during(() => new Promise<void>((resolve) => ends.push(resolve)))
  return { turn, read, ends, count: () => reloads }
}

describe('a reload', () => {
  it('comes at once where nothing is being read', () => {
    const { turn, count } = setUp()
    turn.ask()
    expect(count()).toBe(1)
  })

  it('waits for all reads under way, however often it is asked for, so that their answers are shown', async () => {
    const { turn, read, ends, count } = setUp()
    const reads = [read(), read()]
    turn.ask()
    turn.ask()
    ends[0]?.()
    await reads[0]
    expect(count()).toBe(0)
    ends[1]?.()
    await reads[1]
    expect(count()).toBe(1)
  })

  it('comes also after a read that failed', async () => {
    const { turn, count } = setUp()
    const failed = turn.during(() => Promise.reject(new Error('no')))
    turn.ask()
    await expect(failed).rejects.toThrow('no')
    expect(count()).toBe(1)
  })
})
