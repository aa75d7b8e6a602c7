import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parseWindowState,
  placeWindow,
  readWindowState,
  writeWindowState,
} from '../../../../src-main/hosts/electron/window-state.ts'
import type { Rectangle, WindowState } from '../../../../src-main/hosts/electron/window-state.ts'

const screenOne: Rectangle = { x: 0, y: 25, width: 1920, height: 1055 }
const screenTwo: Rectangle = { x: 1920, y: 0, width: 1280, height: 1024 }
const at = (x: number, y: number, width: number, height: number): WindowState => ({
  version: 1,
  bounds: { x, y, width, height },
  isMaximized: false,
})

describe('placing the window', () => {
  it.each([
    ['in the middle of the first screen at first', null, { x: 240, y: 103, width: 1440, height: 900 }],
    ['where it stood', at(100, 50, 1000, 700), { x: 100, y: 50, width: 1000, height: 700 }],
    ['on the second screen', at(2000, 50, 1000, 700), { x: 2000, y: 50, width: 1000, height: 700 }],
    [
      'on the screen it overlaps most',
      at(1800, 100, 1000, 700),
      { x: 1920, y: 100, width: 1000, height: 700 },
    ],
    ['inside the screen, below its bar', at(-50, -10, 1000, 700), { x: 0, y: 25, width: 1000, height: 700 }],
    ['shrunk to the screen', at(0, 25, 4000, 3000), { x: 0, y: 25, width: 1920, height: 1055 }],
    ['not smaller than can be used', at(10, 30, 200, 100), { x: 10, y: 30, width: 720, height: 480 }],
    [
      'in the middle where its screen is gone',
      at(9000, 9000, 1000, 700),
      { x: 460, y: 203, width: 1000, height: 700 },
    ],
    [
      'in the middle where only an edge would show',
      at(-950, 30, 1000, 700),
      { x: 460, y: 203, width: 1000, height: 700 },
    ],
  ])('puts it %s', (_name, state, expected) => {
    expect(placeWindow(state, [screenOne, screenTwo])).toEqual(expected)
  })

  it('always lies on one screen, whatever was kept', () => {
    const number = fc.integer({ min: -100_000, max: 100_000 })
    const size = fc.integer({ min: 1, max: 100_000 })
    fc.assert(
      fc.property(number, number, size, size, (x, y, width, height) => {
        const placed = placeWindow(at(x, y, width, height), [screenOne, screenTwo])
        const isInside = [screenOne, screenTwo].some(
          (area) =>
            placed.x >= area.x &&
            placed.y >= area.y &&
            placed.x + placed.width <= area.x + area.width &&
            placed.y + placed.height <= area.y + area.height,
        )
        expect(isInside).toBe(true)
      }),
    )
  })
})

describe('the kept state', () => {
  it('comes back as it was written, and leaves nothing else behind', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-window-'))
    const file = path.join(folder, 'state', 'window.json')
    const state = { ...at(1, 2, 800, 600), isMaximized: true }
    writeWindowState(file, at(0, 0, 1, 1))
    writeWindowState(file, state)
    expect(readWindowState(file)).toEqual(state)
    expect(readdirSync(path.dirname(file))).toEqual(['window.json'])
  })

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['another version', '{"version":2,"bounds":{"x":0,"y":0,"width":1,"height":1},"isMaximized":false}'],
    ['a missing part', '{"version":1,"bounds":{"x":0,"y":0,"width":1},"isMaximized":false}'],
    ['a fraction', '{"version":1,"bounds":{"x":0.5,"y":0,"width":1,"height":1},"isMaximized":false}'],
    ['no size', '{"version":1,"bounds":{"x":0,"y":0,"width":0,"height":1},"isMaximized":false}'],
  ])('is none for %s', (_name, text) => {
    expect(parseWindowState(text)).toBeNull()
  })

  it('is none where there is no file, or a folder', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-window-'))
    writeFileSync(path.join(folder, 'other'), '')
    expect([readWindowState(path.join(folder, 'window.json')), readWindowState(folder)]).toEqual([null, null])
  })
})
