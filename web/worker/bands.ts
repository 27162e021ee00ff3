/** Bands round the σ of one series: at the places in view, and at the newest. */
import { bandAt } from '../../core/volatility/confidence/band.ts'
import { placesOf, type Places } from '../../core/volatility/confidence/contributions.ts'
import { isBand } from '../../core/volatility/confidence/kinds.ts'
import type { LogColumns } from '../../core/volatility/logs.ts'
import { barsPerYear } from '../../core/time/interval.ts'
import type { BandRequest, BandView } from './api.ts'
import { MIN_COVERAGE } from './sigma.ts'

export function bandsOf(logs: LogColumns, asked: BandRequest): BandView {
  const { market, interval, estimator, window, mean, kind } = asked
  const request = { estimator, window, mean, barsPerYear: barsPerYear(interval), minCoverage: MIN_COVERAGE }
  const grid = placesOf(logs, request)
  const at = (place: number) => bandAt(logs, request, place, kind)
  const { places, every } = placesAsked(grid, asked)
  const bands = places.map(at)
  return {
    kind,
    market,
    interval,
    estimator,
    window,
    atMs: Float64Array.from(places, (place) => grid.startMs + (place + 1) * grid.stepMs),
    every,
    low: Float64Array.from(bands, (band) => (isBand(band) ? band.low : NaN)),
    high: Float64Array.from(bands, (band) => (isBand(band) ? band.high : NaN)),
    newest: at(grid.end - 1),
  }
}

/** Evenly, and the last one among them, so that the band reaches the newest value. */
function placesAsked(
  { startMs, stepMs, first, end }: Places,
  { atFromMs, atToMs, most }: BandRequest,
): { places: number[]; every: number } {
  const from = Math.max(first, Math.ceil((atFromMs - startMs) / stepMs) - 1)
  const last = Math.min(end, Math.floor((atToMs - startMs) / stepMs)) - 1
  const every = Math.max(1, Math.ceil((last - from + 1) / most))
  const places: number[] = []
  for (let place = last; place >= from; place -= every) places.push(place)
  return { places: places.reverse(), every }
}
