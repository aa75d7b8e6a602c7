/** One echarts instance in one element: made when the element has a size, resized with it, gone with it. */
import { connect, init } from './echarts.ts'
import type { ChartOption } from './chart-option.ts'

interface HostOptions {
  /** Charts of one group share their pointer. */
  group?: string | undefined
  /** Time or value under the pointer, in whichever chart of the group it is; null when it has left. */
  onhover?: ((value: number | null) => void) | undefined
}

type Instance = ReturnType<typeof init>

export class ChartHost {
  readonly #element: HTMLElement
  readonly #options: HostOptions
  readonly #observer: ResizeObserver
  #instance: Instance | null = null
  #option: ChartOption | null = null

  constructor(element: HTMLElement, options: HostOptions) {
    this.#element = element
    this.#options = options
    this.#observer = new ResizeObserver(() => {
      this.#fit()
    })
    this.#observer.observe(element)
    this.#fit()
  }

  /** Draws; waits for a size where there is none yet. */
  set(option: ChartOption): void {
    this.#option = option
    this.#instance?.setOption(option, { replaceMerge: ['series'], lazyUpdate: true })
  }

  /** The picture at twice its size on screen, or null where nothing is drawn. */
  png(background: string): Promise<Blob | null> {
    const instance = this.#instance
    if (instance === null) return Promise.resolve(null)
    const canvas = instance.renderToCanvas({ pixelRatio: 2, backgroundColor: background })
    return new Promise((resolve) => {
      canvas.toBlob(resolve, 'image/png')
    })
  }

  dispose(): void {
    this.#observer.disconnect()
    this.#instance?.dispose()
    this.#instance = null
  }

  #fit(): void {
    const width = this.#element.clientWidth
    const height = this.#element.clientHeight
    if (width === 0 || height === 0) return
    if (this.#instance === null) this.#create()
    else if (this.#instance.getWidth() !== width || this.#instance.getHeight() !== height)
      this.#instance.resize({ width, height })
  }

  #create(): void {
    const instance = init(this.#element, null, { renderer: 'canvas' })
    this.#instance = instance
    const { group, onhover } = this.#options
    if (group !== undefined) {
      instance.group = group
      connect(group)
    }
    if (onhover !== undefined) {
      instance.on('updateAxisPointer', (event) => {
        onhover(pointerValue(event))
      })
      instance.getZr().on('globalout', () => {
        onhover(null)
      })
    }
    if (this.#option !== null) instance.setOption(this.#option)
  }
}

/** The value of the horizontal axis in an echarts event, which comes without a type. */
function pointerValue(event: unknown): number | null {
  if (typeof event !== 'object' || event === null || !('axesInfo' in event)) return null
  const first: unknown = Array.isArray(event.axesInfo) ? event.axesInfo[0] : undefined
  if (typeof first !== 'object' || first === null || !('value' in first)) return null
  return typeof first.value === 'number' ? first.value : null
}
