/**
 * The last view as it stood, small enough for localStorage, which is read before the first paint without waiting.
 * It is a picture, not data: whatever the store says later takes its place.
 */
import { report } from '../store/report.ts'
import type { Connection, KeptView, MarketState } from './types.ts'

export interface Snapshot {
  readonly markets: readonly MarketState[]
  readonly connection: Pick<Connection, 'lastSuccessMs' | 'simulated' | 'sampleSeconds'>
  readonly view: KeptView | null
}

const KEY = 'crypto-tracker:snapshot:1'
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

/** A view with few enough points. */
export function thinView(view: KeptView): KeptView {
  const { levels } = view.price
  const level = levels.find((candidate) => candidate.close.length <= MOST_POINTS) ?? levels.at(-1)!
  return {
    range: view.range,
    price: { ...view.price, levels: [level], absent: view.price.absent.slice(-MOST_POINTS) },
    sigma: view.sigma && view.sigma.sigma.length <= 2 * MOST_POINTS ? view.sigma : null,
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
