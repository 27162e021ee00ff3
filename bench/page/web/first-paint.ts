/** From a year of points in memory to the painted chart of all of it. */
import { createChart, LineSeries, type UTCTimestamp } from 'lightweight-charts'
import { MINUTE_MS } from '../../../core/time/interval.ts'
import { pairedRounds, type Samples } from '../../paired.ts'
import type { YearFacts } from '../api.ts'
import {
  assertPainted,
  closeSeconds,
  drawn,
  finish,
  HEIGHT,
  ourChart,
  rawUplot,
  stage,
  viewOf,
  wholeOf,
  WIDTH,
} from './charts.ts'
import { yearColumns } from './year.ts'

export async function firstPaint(year: YearFacts): Promise<Samples> {
  const columns = await yearColumns(year)
  const seconds = closeSeconds(columns)
  // Every library gets its points in the form that it asks for, made beforehand.
  const points = Array.from(columns.close, (value, place) => ({
    time: ((columns.startMs + (place + 1) * MINUTE_MS) / 1000) as UTCTimestamp,
    value,
  }))
  return pairedRounds({
    ours: () =>
      paint('ours', async () => {
        const { plot, show } = ourChart(viewOf(columns))
        show(wholeOf(columns))
        await drawn()
        return () => plot.destroy()
      }),
    'uPlot, raw points': () =>
      paint('uPlot', async () => {
        const plot = rawUplot(seconds, columns.close)
        await drawn()
        return () => plot.destroy()
      }),
    'lightweight-charts': () =>
      paint('lightweight-charts', async () => {
        const chart = createChart(stage(), { width: WIDTH, height: HEIGHT })
        chart.addSeries(LineSeries).setData(points)
        // As much as it can show: the least of its bars is half a pixel wide. Told to go below, it takes ten times as long.
        chart.timeScale().fitContent()
        // It draws in the next frame; this callback was asked for after its own.
        await new Promise((resolve) => requestAnimationFrame(resolve))
        return () => chart.remove()
      }),
  })
}

/** Milliseconds until the pixels are there, from the start of a frame. */
async function paint(what: string, draw: () => Promise<() => void>): Promise<number> {
  await new Promise((resolve) => requestAnimationFrame(resolve))
  const from = performance.now()
  const remove = await draw()
  finish()
  const ms = performance.now() - from
  assertPainted(what)
  remove()
  stage().replaceChildren()
  return ms
}
