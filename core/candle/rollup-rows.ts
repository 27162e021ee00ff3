/**
 * Roll-ups on exact decimal text, for the server: the same rule as for columns, nothing rounded.
 */
import { compareDecimals } from '../decimal/text.ts'
import { sumDecimals } from '../decimal/sum.ts'
import { INTERVAL_MS, type Interval } from '../time/interval.ts'
import { State } from './columns.ts'
import { rollUpFactor, rollUpSpan, rollUpState } from './rollup-grid.ts'
import type { CandleRow } from './row.ts'

/** A span of the grid with a row for each present place, ascending. */
export interface RowGrid {
  readonly interval: Interval
  /** On the grid. */
  readonly startMs: number
  /** One `State` code a place. */
  readonly states: Uint8Array
  readonly rows: readonly CandleRow[]
}

/**
 * Rolls rows up: first open, highest high, lowest low, last close, exact sum of volume (unknown where one is), sum of
 * samples, all flags. Bars that reach beyond the span are left out.
 *
 * @throws RangeError when the interval is not a multiple of the grid's own, or the rows are not those of its present
 *   places
 */
export function rollUpRows(grid: RowGrid, interval: Interval): RowGrid {
  const factor = rollUpFactor(grid.interval, interval)
  if (factor === 1) return grid
  const span = rollUpSpan(grid.interval, grid.startMs, grid.states.length, interval)
  const states = new Uint8Array(span.length)
  const rows: CandleRow[] = []
  const parts = rowsByPlace(grid)
  for (let bar = 0; bar < span.length; bar++) {
    const from = span.skip + bar * factor
    const state = rollUpState(grid.states, from, from + factor)
    states[bar] = state
    if (state !== State.present) continue
    const inside = parts.slice(from, from + factor).filter((row) => row !== undefined)
    rows.push(rollUpBar(inside, span.startMs + bar * INTERVAL_MS[interval]))
  }
  return { interval, startMs: span.startMs, states, rows }
}

/** Rows at their places; nothing where a place is absent. */
function rowsByPlace({ interval, startMs, states, rows }: RowGrid): (CandleRow | undefined)[] {
  const step = INTERVAL_MS[interval]
  const placed = Array.from<CandleRow | undefined>({ length: states.length })
  for (const row of rows) {
    const place = (row.startMs - startMs) / step
    if (states[place] !== State.present)
      throw new RangeError(`the row at ${row.startMs} ms belongs to no present place of its grid`)
    placed[place] = row
  }
  for (let place = 0; place < states.length; place++)
    if (states[place] === State.present && !placed[place])
      throw new RangeError(`the present place at ${startMs + place * step} ms has no row`)
  return placed
}

/** One bar of at least one row, ascending. */
function rollUpBar(rows: readonly CandleRow[], startMs: number): CandleRow {
  const first = rows[0]!
  let { high, low } = first
  let samples: number | undefined
  let flags = 0
  const volumes: string[] = []
  for (const row of rows) {
    if (compareDecimals(row.high, high) > 0) high = row.high
    if (compareDecimals(row.low, low) < 0) low = row.low
    if (row.volume !== null) volumes.push(row.volume)
    if (row.samples !== undefined) samples = (samples ?? 0) + row.samples
    flags |= row.flags ?? 0
  }
  return {
    startMs,
    open: first.open,
    high,
    low,
    close: rows.at(-1)!.close,
    volume: volumes.length === rows.length ? sumDecimals(volumes) : null,
    ...(samples === undefined ? {} : { samples }),
    ...(flags === 0 ? {} : { flags }),
  }
}
