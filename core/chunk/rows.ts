/**
 * Candles as decimal text ↔ the two parts of a span of the grid.
 */
import { State } from '../candle/columns.ts'
import type { CandleRow } from '../candle/row.ts'
import { columnsFromTexts, decimalsFrom } from '../decimal/columns.ts'
import { plainDecimal } from '../decimal/text.ts'
import type { MarketId } from '../market.ts'
import { INTERVAL_MS, type StoredInterval } from '../time/interval.ts'
import { canonicalChunk } from './canonical.ts'
import type { PricePart, VolumePart } from './chunk.ts'
import { fail } from './layout.ts'

/** A span of the grid as rows. */
export interface RowsSpan {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly startMs: number
  /** One `State` code a place. */
  readonly states: Uint8Array
  /** One for each present place, ascending. Numbers in any notation. */
  readonly rows: readonly CandleRow[]
  readonly derived: boolean
  readonly frame: boolean
}

/**
 * Makes both parts of a span, in canonical form.
 *
 * @throws ChunkError when rows and states disagree, a value is no decimal from 0, or open and close do not lie between
 * low and high
 */
export function partsFromRows(span: RowsSpan): { price: PricePart; volume: VolumePart } {
  const { market, interval, startMs, states, rows, derived, frame } = span
  checkPlaces(span)
  const column = (name: 'open' | 'high' | 'low' | 'close') =>
    rows.map(
      (row) => plainDecimal(row[name]) ?? fail(`${describe(span, row)}: ${name} "${row[name]}" is no number`),
    )
  const [open, high, low, close] = columnsFromTexts([
    column('open'),
    column('high'),
    column('low'),
    column('close'),
  ])
  const [volume] = columnsFromTexts([
    rows.map(({ volume: text }, index) =>
      text === null
        ? ''
        : (plainDecimal(text) ?? fail(`${describe(span, rows[index]!)}: volume "${text}" is no number`)),
    ),
  ])
  const common = { market, interval, startMs, states, frame, derived }
  return {
    price: canonicalChunk<PricePart>({
      part: 'price',
      ...common,
      open: open!,
      high: high!,
      low: low!,
      close: close!,
      samples: Uint32Array.from(rows, (row) => row.samples ?? 0),
      flags: Uint32Array.from(rows, (row) => row.flags ?? 0),
    }),
    volume: canonicalChunk<VolumePart>({
      part: 'volume',
      ...common,
      volume: volume!,
      known: Uint8Array.from(rows, (row) => (row.volume === null ? 0 : 1)),
    }),
  }
}

function checkPlaces({ interval, startMs, states, rows }: RowsSpan): void {
  const step = INTERVAL_MS[interval]
  let at = 0
  states.forEach((state, place) => {
    if (state !== State.present) return
    const expected = startMs + place * step
    const row = rows[at++] ?? fail(`${iso(expected)} is present and has no row`)
    if (row.startMs !== expected)
      fail(`the row of ${iso(row.startMs)} stands where ${iso(expected)} is present`)
  })
  if (at < rows.length) fail(`the row of ${iso(rows[at]!.startMs)} stands at no present place`)
}

function describe({ market, interval }: RowsSpan, row: CandleRow): string {
  return `${market} ${interval} ${iso(row.startMs)}`
}

function iso(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`
}

/**
 * The candles of the present places. Volumes are unknown where the volume part is not given.
 *
 * @throws ChunkError when the parts are not of one span
 */
export function rowsFromParts(price: PricePart, volume: VolumePart | null): CandleRow[] {
  if (volume && !isSameSpan(price, volume)) fail('price and volume are not of one span with the same states')
  const [open, high, low, close] = [price.open, price.high, price.low, price.close].map(decimalsFrom)
  const volumes = volume && decimalsFrom(volume.volume)
  const step = INTERVAL_MS[price.interval]
  const rows: CandleRow[] = []
  price.states.forEach((state, place) => {
    if (state !== State.present) return
    const row = rows.length
    const samples = price.samples?.[row]
    const flags = price.flags?.[row]
    rows.push({
      startMs: price.startMs + place * step,
      open: open![row]!,
      high: high![row]!,
      low: low![row]!,
      close: close![row]!,
      volume: volumes && volume.known?.[row] !== 0 ? volumes[row]! : null,
      ...(samples ? { samples } : {}),
      ...(flags ? { flags } : {}),
    })
  })
  return rows
}

function isSameSpan(price: PricePart, volume: VolumePart): boolean {
  return (
    price.market === volume.market &&
    price.interval === volume.interval &&
    price.startMs === volume.startMs &&
    price.states.length === volume.states.length &&
    price.states.every((state, place) => state === volume.states[place])
  )
}
