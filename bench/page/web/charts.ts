/** The charts that are held against each other, each drawing the closes of the same year on a phone's chart area. */
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { buildLevels } from '../../../core/candle/levels.ts'
import type { CandleColumns } from '../../../core/candle/columns.ts'
import { MINUTE_MS } from '../../../core/time/interval.ts'
import { AXIS_PX } from '../../../web/lib/chart/axes.ts'
import { createPlot, type PlotHandle } from '../../../web/lib/chart/plot.ts'
import { priceDrawing } from '../../../web/lib/chart/price-painter.ts'
import type { ChartColours } from '../../../web/lib/chart/theme.svelte.ts'
import type { Span } from '../../../web/lib/chart/viewport.ts'
import type { PriceView } from '../../../web/worker/api.ts'
import { absentSpans, asOf } from '../../../web/worker/spans.ts'

/** What the price chart of a phone of 412 pixels takes, CSS pixels. */
export const WIDTH = 376
export const HEIGHT = 236

/** The light theme's. */
export const COLOURS: ChartColours = {
  ink: '#16161a',
  soft: '#4a4a55',
  quiet: '#6f6f7b',
  faint: '#b9b9c2',
  line: '#e6e6ea',
  card: '#ffffff',
  accent: '#5b4bdb',
  up: '#0a7d55',
  down: '#c0353a',
  warning: '#935700',
  hatch: '#dcdce2',
  area: '#e9e9f0',
  band: '#6a4df01f',
  'band-edge': '#6a4df052',
  wash: ['#d9d9e0', '#ffffff'],
}

export const stage = (): HTMLElement => document.getElementById('stage')!

export const wholeOf = ({ startMs, length }: CandleColumns): Span => ({
  fromMs: startMs,
  toMs: startMs + length * MINUTE_MS,
})

/** What the app's worker makes of a series: levels, and what is absent. */
export function viewOf(columns: CandleColumns): PriceView {
  const { market, startMs, length } = columns
  return {
    market,
    interval: '1m',
    home: wholeOf(columns),
    startMs,
    length,
    levels: buildLevels(columns),
    volumes: null,
    absent: absentSpans(columns),
    asOfMs: asOf(columns),
  }
}

/** The app's price chart: the line with its envelope, axes and all. */
export function ourChart(view: PriceView): { readonly plot: PlotHandle; show(span: Span): void } {
  const drawing = priceDrawing(view, { look: 'line', zone: 'utc', log: false, tick: 0.01, locale: 'en' })
  const painter = drawing.painter({ newest: null, events: [] })
  const plot = createPlot(stage(), WIDTH, HEIGHT)
  return {
    plot,
    show: (span) => void plot.show(painter, { span, colours: COLOURS, axisPx: AXIS_PX }),
  }
}

/** uPlot with its own axes, given every point; x in seconds, as it wants them. */
export function rawUplot(seconds: Float64Array, closes: Float64Array): uPlot {
  return new uPlot(
    {
      width: WIDTH,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      series: [{}, { stroke: COLOURS.ink, width: 1.6, points: { show: false } }],
    },
    [seconds, closes],
    stage(),
  )
}

/** When each minute closes, in seconds. */
export function closeSeconds({ startMs, length }: CandleColumns): Float64Array {
  return Float64Array.from({ length }, (_, place) => (startMs + (place + 1) * MINUTE_MS) / 1000)
}

/** uPlot draws in a microtask; what it schedules runs before this goes on. */
export async function drawn(): Promise<void> {
  await Promise.resolve()
  await Promise.resolve()
}

/** Makes the browser finish every canvas in the place, as a screen would. */
export function finish(): void {
  for (const canvas of stage().querySelectorAll('canvas'))
    if (canvas.width > 0 && canvas.height > 0) canvas.getContext('2d')!.getImageData(0, 0, 1, 1)
}

/** Fails when nothing was drawn: a blank chart is fast. */
export function assertPainted(what: string): void {
  const painted = [...stage().querySelectorAll('canvas')].some((canvas) => {
    if (canvas.width === 0 || canvas.height === 0) return false
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
    let seen = 0
    for (let index = 3; index < data.length; index += 4) if (data[index]! > 0) seen++
    return seen > canvas.width
  })
  if (!painted) throw new Error(`${what} has drawn nothing`)
}
