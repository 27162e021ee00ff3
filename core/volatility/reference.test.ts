/**
 * σ of real candles against the values of an independent program (TTR for R), for every estimator, window and time.
 * The data lie outside the project: the folder is named by REFERENCE_DATA, and without it this group is skipped.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { columnsFromRows } from '../candle/from-rows.ts'
import type { CandleColumns } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import { isoSeconds } from '../time/iso.ts'
import type { Interval } from '../time/interval.ts'
import type { Estimator, Mean } from './types.ts'
import { volatility } from './volatility.ts'

const folder = process.env['REFERENCE_DATA']
const available = folder !== undefined && existsSync(join(folder, 'reference'))
const reason = available ? '' : ' (skipped: REFERENCE_DATA names no folder with reference values)'

const NAMES: Readonly<Record<string, readonly [Estimator, Mean]>> = {
  close: ['close', 'sample'],
  'close-zero-mean': ['close', 'zero'],
  parkinson: ['parkinson', 'sample'],
  'garman-klass': ['garman-klass', 'sample'],
  'rogers-satchell': ['rogers-satchell', 'sample'],
  'gk-yz': ['gk-yz', 'sample'],
  'yang-zhang': ['yang-zhang', 'sample'],
}

const FILES: readonly (readonly [string, Interval])[] = [
  ['BTC-USD_1d', '1d'],
  ['DOGE-USD_1d', '1d'],
  ['BTC-USD_1h_2024', '1h'],
]

function candles(file: string, interval: Interval): CandleColumns {
  const lines = readFileSync(join(folder!, 'candles', `${file}.csv`), 'utf8')
    .trim()
    .split('\n')
  const rows = lines.slice(1).map((line) => {
    const [time, open, high, low, close] = line.split(',') as [string, string, string, string, string]
    return { startMs: Date.parse(time), open, high, low, close, volume: null }
  })
  return columnsFromRows('csv:reference' as MarketId, interval, rows)
}

interface ReferenceSeries {
  readonly estimator: string
  readonly window: number
  readonly barsPerYear: number
  readonly values: Map<string, number>
}

function reference(file: string): ReferenceSeries[] {
  const text = gunzipSync(readFileSync(join(folder!, 'reference', `${file}.ttr.csv.gz`))).toString()
  const series = new Map<string, ReferenceSeries>()
  for (const line of text.trim().split('\n').slice(1)) {
    const [time, estimator, window, barsPerYear, sigma] = line.split(',') as [
      string,
      string,
      string,
      string,
      string,
    ]
    const key = `${estimator} ${window}`
    let one = series.get(key)
    if (!one) {
      one = { estimator, window: Number(window), barsPerYear: Number(barsPerYear), values: new Map() }
      series.set(key, one)
    }
    one.values.set(time, Number(sigma))
  }
  return [...series.values()]
}

describe.skipIf(!available)(`σ of real candles agrees with TTR${reason}`, () => {
  it.each(FILES)('%s: every estimator at every time, none missing, none extra', (file, interval) => {
    const columns = candles(file, interval)
    const all = reference(file)
    expect(new Set(all.map(({ estimator }) => estimator))).toEqual(new Set(Object.keys(NAMES)))
    for (const { estimator, window, barsPerYear, values } of all) {
      const [name, mean] = NAMES[estimator]!
      const series = volatility(columns, { estimator: name, window, mean, barsPerYear, minCoverage: 1 })
      const times: string[] = []
      let worst = 0
      series.sigma.forEach((sigma, place) => {
        if (Number.isNaN(sigma)) return
        const time = isoSeconds(series.startMs + place * (interval === '1d' ? 86_400_000 : 3_600_000))
        times.push(time)
        const expected = values.get(time) ?? NaN
        worst = Math.max(worst, Math.abs(sigma - expected) / expected)
      })
      expect(times).toEqual([...values.keys()])
      expect(worst, `${estimator} ${window}`).toBeLessThan(1e-11)
    }
  })
})
