/** Candles from and to CSV: nothing lost, nothing repaired, every refusal with its line. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareDecimals, plainDecimal } from '../../core/decimal/text.ts'
import { isInterval, type Interval } from '../../core/time/interval.ts'
import { CandlesCsvError, readCandlesCsv } from './read.ts'
import { readTime } from './time.ts'
import { candlesCsv } from '../../core/csv/write.ts'

const HEADER = 'time,open,high,low,close,volume\n'
const NOW = Date.UTC(2025, 0, 1)
const MIDNIGHT = Date.UTC(2024, 2, 1)

const read = (text: string, interval: Interval = '1m') => readCandlesCsv(text, interval, NOW)

describe('a CSV of candles', () => {
  it('is read in any order, sorted, with an empty volume as unknown', async () => {
    const { rows, refused, times } = await read(
      `${HEADER}2024-03-01T00:01:00Z,1.50,2e0,1,1.5,\n2024-03-01T00:00:00Z,1,1,1,1,1E-8\n`,
    )
    expect(rows).toEqual([
      { startMs: MIDNIGHT, open: '1', high: '1', low: '1', close: '1', volume: '0.00000001' },
      { startMs: MIDNIGHT + 60_000, open: '1.5', high: '2', low: '1', close: '1.5', volume: null },
    ])
    expect(refused).toEqual([])
    expect(times).toBe('ISO 8601')
  })

  it('takes CRLF, a byte order mark, quotes, blank lines, blanks and other letter cases', async () => {
    const text = '\uFEFFTime, Open,HIGH,"low",close,volume\r\n\r\n"1709251200", 1,1 ,"1",1,0\r\n'
    expect((await read(text)).rows).toHaveLength(1)
  })

  it.each([
    ['1709251200', 'Unix seconds'],
    ['1709251200000', 'Unix milliseconds'],
    ['1709251200000000', 'Unix microseconds'],
    ['1.7092512e9', 'Unix seconds'],
    ['2024-03-01T00:00:00Z', 'ISO 8601'],
    ['2024-03-01T01:00:00+01:00', 'ISO 8601'],
    ['2024-03-01 00:00:00', 'ISO 8601'],
    ['2024-03-01T00:00:00.000Z', 'ISO 8601'],
    ['2024-03-01', 'ISO 8601'],
  ])('reads the time %s as %s', (text, notation) => {
    expect(readTime(text)).toEqual({ ms: MIDNIGHT, notation })
  })

  it.each([
    '2024-02-30T00:00:00Z',
    '2024-13-01',
    '2024-03-01T24:00:00Z',
    '2024-03-01T00:60:00Z',
    '2024-03-01T00:00:00+99:00',
    '1e30',
    'yesterday',
    '',
  ])('takes "%s" for no time', (text) => {
    expect(readTime(text)).toBeNull()
  })

  it('refuses rows one by one, each with its line and reason, and takes the others', async () => {
    const { rows, refused } = await read(
      HEADER +
        [
          '2024-03-01T00:00:00Z,1,2,1,1,1',
          '2024-03-01T00:01:00Z,1,2,1.5,1,1',
          '2024-03-01T00:02:30Z,1,2,1,1,1',
          '2024-03-01T00:03:00Z,1,2,1,1',
          '"2024-03-01T00:04:00Z,1,2,1,1,1',
          'soon,1,2,1,1,1',
          '2030-03-01T00:04:00Z,1,2,1,1,1',
          '2024-03-01T00:06:00Z,1,2,1,1,-1',
          `2024-03-01T00:07:00Z,1,2,1,1,${'1'.repeat(5000)}`,
          '2024-03-01T00:08:00Z,1,2,1,1,1',
        ].join('\n'),
    )
    expect(rows.map(({ startMs }) => (startMs - MIDNIGHT) / 60_000)).toEqual([0, 8])
    expect(refused.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('low 1.5 lies above open 1'),
      expect.stringContaining('not on the grid of 1m'),
      expect.stringContaining('5 fields, 6 are expected'),
      expect.stringContaining('quotes are broken'),
      expect.stringContaining('"soon" is no time'),
      expect.stringContaining('lies in the future'),
      expect.stringContaining('volume "-1" is no volume'),
      expect.stringContaining('more than 4096 characters'),
    ])
  })

  it('takes a row twice where both are equal as decimals, and refuses the one that differs', async () => {
    const { rows, refused } = await read(
      `${HEADER}2024-03-01,1,1,1,1,1\n2024-03-01,1.0,1e0,1,1,1.00\n1709251200,1,2,1,1,1\n`,
      '1d',
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]!.high).toBe('1')
    expect(refused).toEqual([
      { line: 4, reason: 'conflicts with line 2, which has another candle of 2024-03-01T00:00:00Z' },
    ])
  })

  it('names both notations where times are mixed', async () => {
    const text = `${HEADER}2024-03-01,1,1,1,1,1\n1709337600,1,1,1,1,1\n`
    expect((await read(text, '1d')).times).toBe('ISO 8601 and Unix seconds')
  })

  it.each(['', '\n\n', 'a,b,c\n1,2,3\n', 'time,open,high,low,close\n', '"time\n'])(
    'without its header is refused as a whole: %j',
    async (text) => {
      await expect(read(text)).rejects.toThrow(CandlesCsvError)
      await expect(read(text)).rejects.toThrow('"time,open,high,low,close,volume"')
    },
  )

  it('with a header alone has no rows', async () => {
    expect(await read(HEADER)).toEqual({ rows: [], refused: [], times: 'none' })
  })

  it('comes in pieces, cut anywhere, and gives the same', async () => {
    const text = `${HEADER}2024-03-01T00:00:00Z,1,2,1,1.5,\r\n2024-03-01T00:01:00Z,1,2,1,1,é\n`
    const whole = await read(text)
    const bytes = Buffer.from(text)
    for (const size of [1, 2, 3, 7, 31]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      )
      expect(await readCandlesCsv(Readable.from(pieces), '1m', NOW)).toEqual(whole)
    }
  })

  it('passes on what its stream fails with', async () => {
    const failing = new Readable({
      read() {
        this.destroy(new Error('the disk is gone'))
      },
    })
    await expect(readCandlesCsv(failing, '1m', NOW)).rejects.toThrow('the disk is gone')
  })
})

describe('written candles', () => {
  it('have ISO times and plain decimals', async () => {
    const { rows } = await read(`${HEADER}1709251200000,1E-8,2.50,1e-9,1,\n`)
    expect([...candlesCsv(rows)].join('')).toBe(
      `${HEADER}2024-03-01T00:00:00Z,0.00000001,2.5,0.000000001,1,\n`,
    )
  })

  it('are read again as they were', async () => {
    const price = fc
      .integer({ min: 1, max: 2 ** 31 })
      .chain((digits) => fc.integer({ min: -20, max: 5 }).map((power) => plainDecimal(`${digits}e${power}`)!))
    const candle = fc.tuple(price, price, price, price, fc.option(price)).map((drawn) => {
      const prices = (drawn.slice(0, 4) as string[]).sort(compareDecimals)
      const [low, open, close, high] = prices as [string, string, string, string]
      return { open, high, low, close, volume: drawn[4] }
    })
    await fc.assert(
      fc.asyncProperty(fc.array(candle, { maxLength: 20 }), async (candles) => {
        const rows = candles.map((one, i) => ({ startMs: MIDNIGHT + i * 60_000, ...one }))
        expect((await read([...candlesCsv(rows)].join(''))).rows).toEqual(rows)
      }),
    )
  })
})

const folder = process.env['REFERENCE_DATA']
const available = folder !== undefined && existsSync(join(folder, 'candles'))
const reason = available ? '' : ' (skipped: REFERENCE_DATA names no folder with candles)'

describe.skipIf(!available)(`real files${reason}`, () => {
  const files = available ? readdirSync(join(folder, 'candles')) : []

  it.each(files)('%s comes out equal as decimals', async (file) => {
    const bytes = readFileSync(join(folder!, 'candles', file))
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
    const interval = file.split(/[_.]/)[1]!
    if (!isInterval(interval)) throw new Error(`${file} names no interval`)
    const { rows, refused } = await read(text, interval)
    expect(refused).toEqual([])
    const plain = text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => {
        const [time, ...numbers] = line.split(',')
        return [time, ...numbers.map((number) => plainDecimal(number) ?? '')].join(',')
      })
    expect([...candlesCsv(rows)].join('').trim().split('\n').slice(1)).toEqual(plain.sort())
  })
})
