/**
 * Months of minutes to measure on: real ones where REFERENCE_DATA names their folder, else one made from a seed.
 * The subject of every measurement says which.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { State } from '../core/candle/columns.ts'
import type { CandleRow } from '../core/candle/row.ts'
import type { PricePart, VolumePart } from '../core/chunk/chunk.ts'
import { partsFromRows } from '../core/chunk/rows.ts'
import { randomFrom } from '../core/chunk/testing/random.ts'
import { plainDecimal } from '../core/decimal/text.ts'
import type { MarketId } from '../core/market.ts'
import { MINUTE_MS } from '../core/time/interval.ts'
import { periodAt, placesIn } from '../core/time/period.ts'

export interface Month {
  /** What it is and where it is from. */
  readonly label: string
  readonly rows: readonly CandleRow[]
  readonly price: PricePart
  readonly volume: VolumePart
}

const REAL = ['BTC-USD_1m_2023-03', 'BTC-USDC_1m_2023-03', 'ALT-BTC_1m_2017-11_gaps']

/** The months at hand, the one that the bounds are promised for first. */
export function loadMonths(): Month[] {
  const folder = process.env['REFERENCE_DATA']
  if (!folder) return [monthOf('synthetic BTC-USD', syntheticRows(1))]
  return REAL.map((name) => monthOf(`real ${name}`, readRows(join(folder, 'candles', `${name}.csv.gz`))))
}

function readRows(file: string): CandleRow[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n').slice(1)
  return lines.map((line) => {
    const [time, ...numbers] = line.trim().split(',')
    const [open, high, low, close, volume] = numbers.map((number) => plainDecimal(number))
    if (!time || !open || !high || !low || !close || !volume)
      throw new Error(`${file}: "${line}" is no candle`)
    return { startMs: Date.parse(time), open, high, low, close, volume }
  })
}

function monthOf(label: string, rows: readonly CandleRow[]): Month {
  const period = periodAt('month', rows[0]!.startMs)
  const states = new Uint8Array(placesIn('1m', period))
  for (const row of rows) states[(row.startMs - period.fromMs) / MINUTE_MS] = State.present
  const market = 'coinbase:BTC-USD' as MarketId
  const span = {
    market,
    interval: '1m',
    startMs: period.fromMs,
    states,
    rows,
    derived: false,
    frame: false,
  } as const
  return { label, rows, ...partsFromRows(span) }
}

/** Places of a year of minutes. */
export const YEAR_MINUTES = 365 * 24 * 60

/** A year of minutes made from a seed, without a gap, by calendar month. */
export function syntheticYear(seed: number, startMs = Date.UTC(2023, 0, 1)): Month[] {
  const rows = syntheticRows(seed, startMs, YEAR_MINUTES)
  const months = Map.groupBy(rows, (row) => periodAt('month', row.startMs).fromMs)
  return [...months.values()].map((month) => monthOf('synthetic BTC-USD', month))
}

/** Minutes of a market near 25,000 with a tick of 0.01: normal returns whose volatility wanders, ranges and volumes with it. */
export function syntheticRows(seed: number, start = Date.UTC(2023, 2, 1), minutes = 44_640): CandleRow[] {
  const random = randomFrom(seed)
  // Box & Muller (1958).
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const rows: CandleRow[] = []
  let close = 2_500_000
  let wildness = 0
  for (let minute = 0; minute < minutes; minute++) {
    wildness = 0.98 * wildness + 0.12 * normal()
    const sigma = close * 0.0005 * Math.exp(wildness)
    const open = Math.round(close + 0.1 * sigma * normal())
    close = Math.round(open + sigma * normal())
    const high = Math.max(open, close) + Math.round(0.5 * sigma * Math.abs(normal()))
    const low = Math.min(open, close) - Math.round(0.5 * sigma * Math.abs(normal()))
    const volume = Math.round(1e6 * Math.exp(wildness + normal()))
    rows.push({
      startMs: start + minute * MINUTE_MS,
      open: cents(open),
      high: cents(high),
      low: cents(low),
      close: cents(close),
      volume: plainDecimal(`${volume}e-6`)!,
    })
  }
  return rows
}

function cents(value: number): string {
  return plainDecimal(`${value}e-2`)!
}
