/**
 * Rows of decimal text as columns for computation. A place without a row is missing.
 */
import type { MarketId } from '../market.ts'
import { INTERVAL_MS, type Interval } from '../time/interval.ts'
import { missingColumns, State, type CandleColumns } from './columns.ts'
import type { CandleRow } from './row.ts'

/** Most places of one grid: 31 years of minutes. */
const MAX_PLACES = 2 ** 24

/**
 * Columns from the first row to the last.
 *
 * @param rows valid rows on the grid, in any order
 * @throws RangeError when the rows span more than `MAX_PLACES` places, or one is not on the grid
 */
export function columnsFromRows(
  market: MarketId,
  interval: Interval,
  rows: readonly CandleRow[],
): CandleColumns {
  const step = INTERVAL_MS[interval]
  let fromMs = Infinity
  let lastMs = -Infinity
  for (const { startMs } of rows) {
    if (startMs < fromMs) fromMs = startMs
    if (startMs > lastMs) lastMs = startMs
  }
  const length = rows.length === 0 ? 0 : (lastMs - fromMs) / step + 1
  if (length > MAX_PLACES)
    throw new RangeError(
      `candles of ${interval} from ${new Date(fromMs).toISOString()} to ${new Date(lastMs).toISOString()} are ${length} places, at most ${MAX_PLACES} can be computed at once: take a shorter span`,
    )
  const columns = missingColumns(market, interval, rows.length === 0 ? 0 : fromMs, Math.ceil(length), true)
  for (const row of rows) {
    const place = (row.startMs - columns.startMs) / step
    if (!Number.isInteger(place))
      throw new RangeError(
        `the row at ${new Date(row.startMs).toISOString()} is not on the grid of ${interval}`,
      )
    columns.states[place] = State.present
    columns.open[place] = Number(row.open)
    columns.high[place] = Number(row.high)
    columns.low[place] = Number(row.low)
    columns.close[place] = Number(row.close)
    columns.volume![place] = row.volume === null ? NaN : Number(row.volume)
    if (row.samples) (columns.samples ??= new Uint32Array(columns.length))[place] = row.samples
  }
  return columns
}
