/**
 * From bytes, as a device has them, to the grid of doubles that σ is computed on: a year of minutes, prices only.
 */
import { missingColumns, State, type CandleColumns } from '../core/candle/columns.ts'
import { paintChunk } from '../core/chunk/decode.ts'
import { encodeChunk } from '../core/chunk/encode.ts'
import { MINUTE_MS } from '../core/time/interval.ts'
import { loadMonths } from './data.ts'
import type { Measurement } from './measurement.ts'
import { loadArrow, toArrow, toJson, type ArrowTable } from './peers.ts'

const MONTHS = 12
const ROUNDS = 15

/** Paints the first month at hand twelve times over. Median of the rounds, after three that warm up. */
export async function decode(): Promise<Measurement[]> {
  const month = loadMonths()[0]!
  const grid = missingColumns(month.price.market, '1m', month.price.startMs, month.price.states.length, false)
  const chunk = encodeChunk(month.price)
  const json = toJson(month.rows)
  const arrow = await loadArrow()
  const ipc = await toArrow(month.rows)
  const ours = medianMs(() => paintChunk(chunk, grid))
  const closes = grid.close.slice()
  const asJson = medianMs(() => paintJson(json, grid))
  assertSame(closes, grid.close)
  const asArrow = medianMs(() => paintArrow(arrow.tableFromIPC(ipc), grid))
  assertSame(closes, grid.close)
  const row = (what: string, value: number): Measurement => ({
    name: 'decode',
    subject: `${month.label} × ${MONTHS}: ${what}`,
    value,
    unit: 'ms',
    ratio_to: 'JSON.parse',
    ratio: value / asJson,
    n: MONTHS * month.rows.length,
  })
  return [
    row('chunks (checksum included)', ours),
    row('JSON.parse', asJson),
    row('Arrow (no checksum)', asArrow),
  ]
}

function medianMs(paint: () => void): number {
  const times: number[] = []
  for (let round = -3; round < ROUNDS; round++) {
    const from = performance.now()
    for (let month = 0; month < MONTHS; month++) paint()
    if (round >= 0) times.push(performance.now() - from)
  }
  return times.toSorted((a, b) => a - b)[ROUNDS >> 1]!
}

function paintJson(json: string, grid: CandleColumns): void {
  for (const [start, open, high, low, close] of JSON.parse(json) as number[][]) {
    const place = (start! * 1000 - grid.startMs) / MINUTE_MS
    grid.states[place] = State.present
    grid.open[place] = open!
    grid.high[place] = high!
    grid.low[place] = low!
    grid.close[place] = close!
  }
}

function paintArrow(table: ArrowTable, grid: CandleColumns): void {
  const column = (name: string) => table.getChild(name)!.toArray()
  const time = column('time')
  const [open, high, low, close] = ['open', 'high', 'low', 'close'].map(column)
  for (let row = 0; row < time.length; row++) {
    const place = (time[row]! * 1000 - grid.startMs) / MINUTE_MS
    grid.states[place] = State.present
    grid.open[place] = open![row]!
    grid.high[place] = high![row]!
    grid.low[place] = low![row]!
    grid.close[place] = close![row]!
  }
}

/** Whoever is fast must also be right. */
function assertSame(a: Float64Array, b: Float64Array): void {
  if (a.some((value, index) => !Object.is(value, b[index])))
    throw new Error('the formats give different prices')
}
