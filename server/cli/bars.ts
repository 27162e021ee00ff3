/** Bars that a command computes with: those of a CSV file, or of a market of the archive. */
import { basename } from 'node:path'
import type { CandleColumns } from '../../core/candle/columns.ts'
import { cutColumns } from '../../core/candle/cut.ts'
import { columnsFromRows } from '../../core/candle/from-rows.ts'
import { rollUp } from '../../core/candle/rollup.ts'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import { floorTo, STORED_UNDER, type Interval, type StoredInterval } from '../../core/time/interval.ts'
import { isRealised } from '../../core/volatility/request.ts'
import type { Estimator } from '../../core/volatility/types.ts'
import { readSeries } from '../series.ts'
import { withConnection } from './connect.ts'
import { readCsvFile } from './csv-file.ts'
import { UsageError } from './exit.ts'

export interface Bars {
  readonly columns: CandleColumns
  /** What the realised family is made of. */
  readonly intraday: CandleColumns
  /** The file as it was named, or the market. */
  readonly name: string
  readonly source: string
  /** Rows of a file that break the rules. */
  readonly refused: number
}

/**
 * A file or a market is given.
 *
 * @param estimators what is to be computed of them
 * @throws UsageError
 */
export async function readBars(
  file: string | undefined,
  market: MarketId | undefined,
  interval: Interval,
  estimators: readonly Estimator[],
): Promise<Bars> {
  if (file !== undefined && market === undefined) return fromFile(file, interval)
  if (file === undefined && market !== undefined) return fromArchive(market, interval, estimators)
  throw new UsageError('give either a FILE.csv or --market ID')
}

/** The realised family reads the archive's minutes of the days that are over, whatever the interval of the others. */
async function fromArchive(
  market: MarketId,
  interval: Interval,
  estimators: readonly Estimator[],
): Promise<Bars> {
  return withConnection(async ({ operations }) => {
    const read = (stored: StoredInterval) => readSeries(operations.prices, market, stored)
    const needsBars = estimators.some((name) => !isRealised(name))
    const bars = needsBars ? rollUp(await read(STORED_UNDER[interval]), interval) : null
    const named = { name: market, source: parseMarketId(market).source, refused: 0 }
    if (!estimators.some(isRealised)) return { columns: bars!, intraday: bars!, ...named }
    const minutes = rollUp(await read('1m'), interval === '5m' ? '5m' : '1m')
    const intraday = cutColumns(minutes, minutes.startMs, floorTo('1d', Date.now()))
    return { columns: bars ?? intraday, intraday, ...named }
  })
}

async function fromFile(file: string, interval: Interval): Promise<Bars> {
  const { rows, refused } = await readCsvFile(file, interval)
  const name = basename(file)
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64)
  const { id } = parseMarketId(`csv:${name || 'stdin'}`)
  const columns = columnsFromRows(id, interval, rows)
  return { columns, intraday: columns, name: file, source: 'csv', refused: refused.length }
}
