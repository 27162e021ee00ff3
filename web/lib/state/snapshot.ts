/**
 * The last view as it stood, small enough for localStorage, which is read before the first paint without waiting.
 * It is a picture, not data: whatever the store says later takes its place.
 */
import { INTERVAL_MS } from '../../../core/time/interval.ts'
import type { PriceView, SigmaView } from '../../worker/api.ts'
import { firstAfter } from '../chart/columns.ts'
import { report } from '../store/report.ts'
import type { Connection, KeptView, MarketState } from './types.ts'

export interface Snapshot {
  readonly markets: readonly MarketState[]
  readonly connection: Pick<Connection, 'lastSuccessMs' | 'simulated' | 'sampleSeconds'>
  readonly view: KeptView | null
}

const KEY = 'crypto-tracker:snapshot:4'
/** Points of a chart that are kept: about twice the pixels of a wide phone. */
const MOST_POINTS = 2_000

/** null without one, or where it cannot be read. */
export function readSnapshot(): Snapshot | null {
  try {
    const text = localStorage.getItem(KEY)
    return text === null ? null : (JSON.parse(text, revive) as Snapshot)
  } catch {
    // Storage is denied, or an older version wrote something else: there is no picture, the data follows anyway.
    return null
  }
}

export function writeSnapshot(snapshot: Snapshot): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(snapshot, flatten))
  } catch (error) {
    report('the last view could not be kept for the next start', error)
  }
}

/** What a view's range shows, with few enough points; whatever one might move to comes with the data. */
export function thinView({ range, price, sigma }: KeptView): KeptView {
  const shown = sigma && cutSigma(sigma, price.home)
  return {
    range,
    price: cutPrice(price),
    sigma: shown && shown.sigma.length <= 2 * MOST_POINTS ? shown : null,
  }
}

function cutPrice(price: PriceView): PriceView {
  const { home, levels, absent } = price
  const step = INTERVAL_MS[price.interval]
  const places = (home.toMs - home.fromMs) / step
  const level = levels.find(({ factor }) => places / factor <= MOST_POINTS - 1) ?? levels.at(-1)!
  const { factor } = level
  const first = Math.max(0, Math.floor((home.fromMs - price.startMs) / (step * factor)))
  const cut = (column: Float64Array) => column.subarray(first)
  const startMs = price.startMs + first * step * factor
  return {
    ...price,
    startMs,
    length: price.length - first * factor,
    // They come with the data.
    volumes: null,
    levels: [
      { factor, open: cut(level.open), high: cut(level.high), low: cut(level.low), close: cut(level.close) },
    ],
    absent: absent.slice(Math.max(firstAfter(absent, startMs), absent.length - MOST_POINTS)),
  }
}

/** The places that close within the span, and one before, so that the line begins at the edge. */
function cutSigma(view: SigmaView, { fromMs }: PriceView['home']): SigmaView {
  const step = INTERVAL_MS[view.interval]
  const first = Math.min(view.sigma.length, Math.max(0, Math.floor((fromMs - view.startMs) / step) - 1))
  const { sigma, bars, flat } = view
  return {
    ...view,
    startMs: view.startMs + first * step,
    sigma: sigma.subarray(first),
    bars: bars.subarray(first),
    flat: flat.subarray(first),
  }
}

/** JSON knows neither NaN nor typed arrays. */
function flatten(_key: string, value: unknown): unknown {
  if (value instanceof Float64Array)
    return { $float64: Array.from(value, (item) => (Number.isNaN(item) ? null : item)) }
  if (value instanceof Uint32Array) return { $uint32: Array.from(value) }
  return typeof value === 'number' && Number.isNaN(value) ? { $nan: true } : value
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$float64' in value)
    return Float64Array.from(value.$float64 as (number | null)[], (item) => item ?? NaN)
  if ('$uint32' in value) return Uint32Array.from(value.$uint32 as number[])
  return '$nan' in value ? NaN : value
}
