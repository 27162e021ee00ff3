/**
 * The codec on real candles, where they are: the folder named by REFERENCE_DATA.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { missingColumns } from '../candle/columns.ts'
import { plainDecimal } from '../decimal/text.ts'
import type { MarketId } from '../market.ts'
import type { CandleRow } from '../candle/row.ts'
import { INTERVAL_MS, type StoredInterval } from '../time/interval.ts'
import { LONGEST_PERIOD, periodAt, placesIn } from '../time/period.ts'
import { decodeChunk, paintChunk } from './decode.ts'
import { encodeChunk } from './encode.ts'
import { partsFromRows, rowsFromParts, type RowsSpan } from './rows.ts'

const folder = process.env['REFERENCE_DATA']
const files = folder ? readdirSync(join(folder, 'candles')).filter((name) => /\.csv(\.gz)?$/.test(name)) : []

describe.skipIf(!folder)(
  'on real candles (skipped without REFERENCE_DATA, the folder that holds them)',
  () => {
    test.each(files)('%s comes out of its chunks equal as decimals', (name) => {
      const { interval, rows } = readFile(name)
      expect(rows.length).toBeGreaterThan(1000)
      const back: CandleRow[] = []
      for (const span of spansOf(interval, rows)) {
        const parts = partsFromRows(span)
        const [price, volume] = [encodeChunk(parts.price), encodeChunk(parts.volume)]
        const decoded = { price: decodeChunk(price), volume: decodeChunk(volume) }
        if (decoded.price.part !== 'price' || decoded.volume.part !== 'volume')
          throw new Error('parts are swapped')
        back.push(...rowsFromParts(decoded.price, decoded.volume))

        const grid = missingColumns(span.market, interval, span.startMs, span.states.length, true)
        paintChunk(price, grid)
        paintChunk(volume, grid)
        for (const row of span.rows) {
          const place = (row.startMs - span.startMs) / INTERVAL_MS[interval]
          const painted = [grid.open, grid.high, grid.low, grid.close, grid.volume!].map(
            (column) => column[place],
          )
          expect(painted).toEqual([row.open, row.high, row.low, row.close, row.volume].map(Number))
        }
      }
      expect(back).toEqual(rows)
    })

    test('a real month of minutes takes at most 0.45 of JSON + gzip -9 on the wire, prices alone 0.30', () => {
      const { interval, rows } = readFile('BTC-USD_1m_2023-03.csv.gz')
      const [span] = spansOf(interval, rows)
      const { price, volume } = partsFromRows(span!)
      const [priceBytes, volumeBytes] = [price, volume].map(
        (part) => brotliCompressSync(encodeChunk(part)).length,
      )
      const json = `[${rows.map((row) => `[${row.startMs / 1000},${row.open},${row.high},${row.low},${row.close},${row.volume}]`).join(',')}]`
      const jsonBytes = gzipSync(json, { level: 9 }).length
      expect((priceBytes! + volumeBytes!) / jsonBytes).toBeLessThanOrEqual(0.45)
      expect(priceBytes! / jsonBytes).toBeLessThanOrEqual(0.3)
      expect((priceBytes! + volumeBytes!) / brotliCompressSync(json).length).toBeLessThanOrEqual(0.56)
    })
  },
)

function readFile(name: string): { interval: StoredInterval; rows: CandleRow[] } {
  const bytes = readFileSync(join(folder!, 'candles', name))
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const rows = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line): CandleRow => {
      const [time, ...numbers] = line.trim().split(',')
      const [open, high, low, close, volume] = numbers.map((number) => plainDecimal(number)!)
      return {
        startMs: Date.parse(time!),
        open: open!,
        high: high!,
        low: low!,
        close: close!,
        volume: volume!,
      }
    })
  return { interval: /_(1[mhd])/.exec(name)![1] as StoredInterval, rows }
}

/** One span for each longest period, the places without a row missing. */
function spansOf(interval: StoredInterval, rows: readonly CandleRow[]): RowsSpan[] {
  const periods = Map.groupBy(rows, (row) => periodAt(LONGEST_PERIOD[interval], row.startMs).fromMs)
  return [...periods].map(([startMs, own]) => {
    const states = new Uint8Array(placesIn(interval, periodAt(LONGEST_PERIOD[interval], startMs)))
    for (const row of own) states[(row.startMs - startMs) / INTERVAL_MS[interval]] = 1
    const market = 'coinbase:BTC-USD' as MarketId
    return { market, interval, startMs, states, rows: own, derived: false, frame: false }
  })
}
