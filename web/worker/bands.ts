/** Bands round the σ of one series: at the places in view, and at the newest. */
import { bandAt } from '../../core/volatility/confidence/band.ts'
import { contributionsAt, placesOf, type Places } from '../../core/volatility/confidence/contributions.ts'
import { isBand, type Band, type NoBand } from '../../core/volatility/confidence/kinds.ts'
import type { LogColumns } from '../../core/volatility/logs.ts'
import { isRealised } from '../../core/volatility/request.ts'
import { barsPerYear } from '../../core/time/interval.ts'
import type { BandRequest, BandView } from './api.ts'
import { MIN_COVERAGE } from './api.ts'

/** Work in one go, so that other questions need not wait for the end. */
const GO_MS = 20

/**
 * @param isWanted asked between goes; what nobody wants any more ends early
 */
export async function bandsOf(
  logs: LogColumns,
  asked: BandRequest,
  isWanted: () => boolean,
): Promise<BandView> {
  const { market, interval, estimator, window, mean, kind } = asked
  const request = {
    estimator,
    window,
    mean,
    barsPerYear: barsPerYear(isRealised(estimator) ? '1d' : interval),
    minCoverage: MIN_COVERAGE,
  }
  const grid = placesOf(logs, request)
  const at = (place: number) => bandAt(logs, request, place, kind)
  const places = placesAsked(grid, asked)
  const newest = at(grid.end - 1)
  const bands: (Band | NoBand)[] = []
  let goneMs = performance.now()
  for (const place of places) {
    bands.push(at(place))
    if (performance.now() - goneMs < GO_MS) continue
    await new Promise((resolve) => setTimeout(resolve))
    if (!isWanted()) break
    goneMs = performance.now()
  }
  return {
    kind,
    market,
    interval,
    estimator,
    window,
    atMs: Float64Array.from(bands, (_, i) => grid.startMs + (places[i]! + 1) * grid.stepMs),
    low: Float64Array.from(bands, (band) => (isBand(band) ? band.low : NaN)),
    high: Float64Array.from(bands, (band) => (isBand(band) ? band.high : NaN)),
    newest,
    bars: Math.round(contributionsAt(logs, request, grid.end - 1)?.effective ?? 0),
  }
}

/** Evenly, and the last one among them, so that the band reaches the newest value. */
function placesAsked(
  { startMs, stepMs, first, end }: Places,
  { atFromMs, atToMs, most }: BandRequest,
): number[] {
  const from = Math.max(first, Math.ceil((atFromMs - startMs) / stepMs) - 1)
  const last = Math.min(end, Math.floor((atToMs - startMs) / stepMs)) - 1
  const every = Math.max(1, Math.ceil((last - from + 1) / most))
  const places: number[] = []
  for (let place = last; place >= from; place -= every) places.push(place)
  return places.reverse()
}
