/** Which part of the graph is in sight, and how large. Pure; the arithmetic of xyflow's viewport. */

export interface Viewport {
  x: number
  y: number
  zoom: number
}

interface Size {
  width: number
  height: number
}

const margin = 2
export const zoomRange = { min: 0.2, max: 1.5 }
/** Smaller than this, names can no longer be read: then the graph is moved, not shrunk. */
const readableZoom = 0.62

/** As large as fits the width and stays readable; a graph that is larger still is shown from its beginning. */
export function openingViewport(graph: Size, frame: Size): Viewport {
  const zoom = Math.min(1, Math.max(readableZoom, (frame.width - 2 * margin) / graph.width))
  return place(graph, frame, zoom)
}

/** All of it, however small. */
export function wholeViewport(graph: Size, frame: Size): Viewport {
  const across = (frame.width - 2 * margin) / graph.width
  const down = (frame.height - 2 * margin) / graph.height
  return place(graph, frame, Math.max(zoomRange.min, Math.min(1, across, down)))
}

/** Larger or smaller about the middle of the frame. */
export function zoomedViewport(viewport: Viewport, frame: Size, factor: number): Viewport {
  const zoom = Math.min(zoomRange.max, Math.max(zoomRange.min, viewport.zoom * factor))
  const ratio = zoom / viewport.zoom
  const middle = { x: frame.width / 2, y: frame.height / 2 }
  return {
    zoom,
    x: middle.x - (middle.x - viewport.x) * ratio,
    y: middle.y - (middle.y - viewport.y) * ratio,
  }
}

/** Moved as little as needed so that a place of the graph is in sight. */
export function revealingViewport(
  viewport: Viewport,
  frame: Size,
  place: Size & { x: number; y: number },
): Viewport {
  const { zoom } = viewport
  const left = place.x * zoom + viewport.x
  const top = place.y * zoom + viewport.y
  return {
    zoom,
    x: viewport.x + shiftInto(left, place.width * zoom, frame.width),
    y: viewport.y + shiftInto(top, place.height * zoom, frame.height),
  }
}

/** How far a span has to move to lie in 0..length; its beginning wins where it is too long. */
function shiftInto(start: number, size: number, length: number): number {
  if (start < margin) return margin - start
  return Math.max(Math.min(0, length - margin - start - size), margin - start)
}

/** Height of a frame that shows the whole graph at its opening size, at most `most`. */
export function frameHeight(graph: Size, width: number, most: number): number {
  const { zoom } = openingViewport(graph, { width, height: most })
  return Math.min(most, Math.ceil(graph.height * zoom) + 2 * margin)
}

function place(graph: Size, frame: Size, zoom: number): Viewport {
  const spareX = frame.width - graph.width * zoom
  const spareY = frame.height - graph.height * zoom
  return { zoom, x: Math.max(margin, spareX / 2), y: Math.max(margin, spareY / 2) }
}
