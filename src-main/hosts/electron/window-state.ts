/**
 * Where the window stood: the file it is kept in, and how it fits the screens of today. No electron; main thread; called
 * by console-window.ts.
 */
import { readFileSync, renameSync, writeFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const rectangle = z.object({
  x: z.number().int(),
  y: z.number().int(),
  width: z.number().int().min(1).max(100_000),
  height: z.number().int().min(1).max(100_000),
})

/** Place and size on the desktop, in device-independent pixels. */
export type Rectangle = z.infer<typeof rectangle>

const windowState = z.object({ version: z.literal(1), bounds: rectangle, isMaximized: z.boolean() })

/** What is kept of the window between starts. `bounds` are those of the window when not maximised. */
export type WindowState = z.infer<typeof windowState>

/** Size of a window that has never been moved, and the smallest size of any. */
export const firstSize = { width: 1440, height: 900 } as const
export const smallestSize = { width: 720, height: 480 } as const

/** Part of the window that must be on a screen, so that it can be seen and dragged. */
const visible = { width: 160, height: 40 } as const

/** The state in a text; null for anything else. */
export function parseWindowState(text: string): WindowState | null {
  try {
    const result = windowState.safeParse(JSON.parse(text))
    return result.success ? result.data : null
  } catch {
    return null
  }
}

/** The state kept in `file`; null where there is none that can be read. Blocks for one small file. */
export function readWindowState(file: string): WindowState | null {
  try {
    return parseWindowState(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** Replaces `file` in one move, so that it is never half written. Throws Error of the file system. */
export function writeWindowState(file: string, state: WindowState): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const temporary = `${file}.${String(process.pid)}`
  writeFileSync(temporary, JSON.stringify(state), { mode: 0o600 })
  renameSync(temporary, file)
}

/**
 * Where to put the window: where it stood, moved and shrunk onto the screen it overlaps most; in the middle of the first
 * screen where there is no state or its screen is gone.
 * @param workAreas usable parts of the screens, the primary one first, at least one
 */
export function placeWindow(
  state: WindowState | null,
  workAreas: readonly [Rectangle, ...Rectangle[]],
): Rectangle {
  const [primary] = workAreas
  if (state === null) return center(firstSize, primary)
  const { bounds } = state
  const best = workAreas.reduce((a, b) => (overlap(bounds, b) > overlap(bounds, a) ? b : a), primary)
  const shared = intersection(bounds, best)
  if (shared.width < visible.width || shared.height < visible.height) return center(bounds, primary)
  return clamp(bounds, best)
}

function center(size: { width: number; height: number }, area: Rectangle): Rectangle {
  const { width, height } = fit(size, area)
  return {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
    width,
    height,
  }
}

function clamp(bounds: Rectangle, area: Rectangle): Rectangle {
  const { width, height } = fit(bounds, area)
  return {
    x: Math.min(Math.max(bounds.x, area.x), area.x + area.width - width),
    y: Math.min(Math.max(bounds.y, area.y), area.y + area.height - height),
    width,
    height,
  }
}

function fit(size: { width: number; height: number }, area: Rectangle): { width: number; height: number } {
  return {
    width: Math.min(Math.max(size.width, smallestSize.width), area.width),
    height: Math.min(Math.max(size.height, smallestSize.height), area.height),
  }
}

function intersection(a: Rectangle, b: Rectangle): { width: number; height: number } {
  return {
    width: Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)),
    height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)),
  }
}

function overlap(a: Rectangle, b: Rectangle): number {
  const { width, height } = intersection(a, b)
  return width * height
}
