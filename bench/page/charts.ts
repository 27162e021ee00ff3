/** The app's chart beside others, on the same year and the same pixels. */
import { compared, type Measurement } from '../measurement.ts'
import { openBench } from './open.ts'

export async function firstPaint(): Promise<Measurement[]> {
  await using bench = await openBench()
  const { ask } = await bench.open()
  const samples = await ask('firstPaint', bench.year)
  const row = { name: 'first-paint', label: 'a year of minutes', unit: 'ms', n: bench.year.rows }
  return compared({ ...row, against: 'lightweight-charts' }, samples)
}

/** Days in view: most of the year, where levels help, down to a month. */
const VIEWS = [240, 90, 30]

export async function panning(): Promise<Measurement[]> {
  await using bench = await openBench()
  const { ask } = await bench.open()
  const measured: Measurement[] = []
  for (const days of VIEWS) {
    const samples = await ask('panning', bench.year, days)
    const {
      ours,
      'bare canvas': canvas,
      'uPlot, raw points': uplot,
    } = samples as Record<'ours' | 'bare canvas' | 'uPlot, raw points', number[]>
    const row = { name: 'panning', label: `a frame, ${days} days in view`, unit: 'ms', n: bench.year.rows }
    measured.push(
      ...compared({ ...row, against: 'bare canvas' }, { ours, 'bare canvas': canvas }),
      ...compared({ ...row, against: 'uPlot, raw points' }, { ours, 'uPlot, raw points': uplot }),
    )
  }
  return measured
}
