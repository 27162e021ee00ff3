/**
 * What is put into a page before its own code, to see when something stands on its screen. It measures the app as it is
 * built: nothing in it knows of benchmarks. Each function is sent to the page as text and must stand alone.
 */

/** What the page tells once it is there. */
export interface Watched {
  /** Milliseconds from the navigation to the end of the frame that first drew a line on a canvas; null before. */
  lineMs: number | null
  /** To the end of the frame that shows the year's price and σ, when five estimators' σ have come; null before. */
  yearMs: number | null
  /** Length of each task of the main thread that took over 50 ms. */
  readonly longTasks: { readonly atMs: number; readonly ms: number }[]
}

declare global {
  var watched: Watched
}

/** Watches for the first line and for long tasks. */
export function watchFirstLine(): void {
  globalThis.watched = { lineMs: null, yearMs: null, longTasks: [] }
  new PerformanceObserver((list) => {
    for (const { startTime: atMs, duration: ms } of list.getEntries()) watched.longTasks.push({ atMs, ms })
  }).observe({ type: 'longtask', buffered: true })
  const { prototype } = CanvasRenderingContext2D
  const { stroke } = prototype
  prototype.stroke = function (...given: unknown[]) {
    prototype.stroke = stroke
    // A message is taken after the frame in which it was sent has been rendered.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => (watched.lineMs = performance.now())
    port2.postMessage(null)
    return (stroke as (...given: unknown[]) => void).apply(this, given)
  }
}

/**
 * Listens to the app's own worker. When the app asks it for σ of minutes, the same is asked for the other estimators, as
 * a screen that shows five would; the year stands when all have answered and the frame after is rendered.
 */
export function watchYear(): void {
  interface Call {
    readonly id: string
    readonly path?: readonly string[]
    readonly argumentList?: readonly {
      readonly value: { readonly interval: string; readonly estimator: string }
    }[]
  }
  const FIVE = ['close', 'parkinson', 'garman-klass', 'rogers-satchell', 'yang-zhang']
  const waiting = new Set(['price', ...FIVE])
  const names = new Map<string, string>()
  const arrived = (event: MessageEvent<Call>) => {
    waiting.delete(names.get(event.data.id) ?? '')
    if (waiting.size > 0 || watched.yearMs !== null) return
    watched.yearMs = Infinity
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => (watched.yearMs = performance.now())
      port2.postMessage(null)
    })
  }
  globalThis.Worker = class extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options)
      this.addEventListener('message', arrived)
    }

    override postMessage(call: Call, transfer?: unknown): void {
      super.postMessage(call, transfer as Transferable[])
      const [asked] = call.path ?? []
      const request = call.argumentList?.[0]?.value
      if (asked === 'price' && !names.has('price')) names.set(call.id, 'price')
      if (asked !== 'sigma' || request?.interval !== '1m' || names.has(request.estimator)) return
      names.set(call.id, request.estimator).set(request.estimator, 'asked')
      for (const estimator of FIVE) {
        if (estimator === request.estimator) continue
        const id = `bench ${estimator}`
        names.set(id, estimator)
        super.postMessage({ ...call, id, argumentList: [{ type: 'RAW', value: { ...request, estimator } }] })
      }
    }
  }
}
