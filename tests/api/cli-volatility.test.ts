import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './cli.ts'

interface Answer {
  market: string
  interval: string
  estimator: string
  window: number
  annualisation: number | null
  mean: string
  source: string
  as_of: string | null
  points: { t: string; sigma: number | null; n: number; expected: number }[]
}

const HEADER = 'time,open,high,low,close,volume\n'
/** Close of each day, no range: σ of close-to-close can be worked out by hand. */
const days = (closes: readonly (number | null)[]) =>
  HEADER +
  closes
    .flatMap((close, i) => {
      const day = new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10)
      return close === null ? [] : [`${day},${close},${close},${close},${close},1\n`]
    })
    .join('')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function volatility(csv: string, ...options: string[]): Promise<Answer[]> {
  await writeFile(join(folder, 'series.csv'), csv)
  const run = await runCli(['volatility', 'series.csv', '--interval', '1d', ...options], folder)
  // These bars have no range of their own: a thin market, as the tool says.
  expect(run.stderr.replace(/^series\.csv(: thin market:| \S+: n\/a:) .*\n/gm, '')).toBe('')
  expect(run.code).toBe(0)
  return JSON.parse(run.stdout) as Answer[]
}

describe('volatility of a CSV file', () => {
  test('has the shape that programs rely on, one object an estimator, in the order asked for', async () => {
    const options = ['--estimator', 'yang-zhang,close', '--window', '2']
    const answers = await volatility(days([1, Math.E, 1, Math.E]), ...options)
    expect(answers.map(({ estimator }) => estimator)).toEqual(['yang-zhang', 'close'])
    const { points, ...rest } = answers[1]!
    expect(rest).toEqual({
      market: 'series.csv',
      interval: '1d',
      estimator: 'close',
      window: 2,
      annualisation: 365,
      mean: 'sample',
      source: 'csv',
      as_of: '2024-01-05T00:00:00Z',
    })
    // Returns 1, −1, 1: each pair has the sample variance 2.
    expect(points).toEqual([
      { t: '2024-01-03T00:00:00Z', sigma: expect.closeTo(Math.sqrt(2 * 365), 12), n: 2, expected: 2 },
      { t: '2024-01-04T00:00:00Z', sigma: expect.closeTo(Math.sqrt(2 * 365), 12), n: 2, expected: 2 },
    ])
  })

  test('where σ is not available, why and what would help stands beside the answer', async () => {
    await writeFile(join(folder, 'series.csv'), days([1, 2, 3]))
    const run = await runCli(
      ['volatility', 'series.csv', '--interval', '1d', '--estimator', 'close', '--window', '9'],
      folder,
    )
    expect(run.stderr).toMatch(
      /^series\.csv close: n\/a: a window of 9 needs 10 places .* at most 2 is available$/m,
    )
    expect(run.code).toBe(0)
  })

  test('what a σ should be read with care for is said once, beside the answer', async () => {
    await writeFile(join(folder, 'series.csv'), days([1, 2, null, 2, 3, 4]))
    const names = ['--estimator', 'parkinson,garman-klass', '--window', '6']
    const run = await runCli(['volatility', 'series.csv', '--interval', '1d', ...names], folder)
    expect(run.stderr).toBe(
      'series.csv: thin market: high is low in 5 of 5 bars, of which range estimators read low\n' +
        'series.csv: 1 of 6 places are missing\n',
    )
    expect(run.code).toBe(0)
  })

  test('a flat window gives exactly 0', async () => {
    const names = 'close,parkinson,garman-klass,rogers-satchell,gk-yz,yang-zhang,ewma'
    for (const { points } of await volatility(days([7, 7, 7, 7, 7]), '--estimator', names, '--window', '3')) {
      expect(points.length).toBeGreaterThan(0)
      expect(points.map(({ sigma }) => sigma)).toEqual(points.map(() => 0))
    }
  })

  test('a gap of one day gives no return across it, and too few bars give null', async () => {
    const gap = days([1, 2, null, 4, 5, 6])
    const [answer] = await volatility(gap, '--estimator', 'close', '--window', '3', '--min-coverage', '0.9')
    expect(answer!.points.map(({ t, n, sigma }) => [t.slice(8, 10), n, sigma === null])).toEqual([
      ['04', 1, true],
      ['05', 1, true],
      ['06', 2, true],
    ])
  })

  test('--from and --to cut what is shown, not what a window knows', async () => {
    const csv = days([1, 2, 4, 3, 5, 4])
    const options = ['--estimator', 'close', '--window', '2']
    const [all] = await volatility(csv, ...options)
    const [cut] = await volatility(csv, ...options, '--from', '2024-01-04', '--to', '2024-01-06')
    expect(cut!.points).toEqual(all!.points.slice(1, 3))
    expect(cut!.as_of).toBe('2024-01-06T00:00:00Z')
  })

  test('--annualise none leaves σ per bar, --mean zero takes the mean as zero', async () => {
    const options = ['--estimator', 'close', '--window', '2', '--annualise', 'none', '--mean', 'zero']
    const [answer] = await volatility(days([1, Math.E, Math.E ** 2]), ...options)
    expect(answer).toMatchObject({ annualisation: null, mean: 'zero' })
    expect(answer!.points[0]!.sigma).toBeCloseTo(1, 14)
  })

  test('a refused row is named with its line, the others count, and the exit code is 1', async () => {
    await writeFile(join(folder, 'bad.csv'), `${days([1, 2, 3])}2024-01-04,5,4,1,5,1\n`)
    const options = ['--interval', '1d', '--estimator', 'close', '--window', '2', '--format', 'csv']
    const run = await runCli(['volatility', 'bad.csv', ...options], folder)
    expect(run.code).toBe(1)
    expect(run.stderr).toMatch(/^bad\.csv:5: refused: /)
    expect(run.stdout).toMatch(/^time,estimator,window,sigma,n,expected\n2024-01-03T00:00:00Z,close,2,/)
  })

  test('the table is for people', async () => {
    await writeFile(join(folder, 'series.csv'), days([1, 2, 3]))
    const options = ['--interval', '1d', '--estimator', 'close', '--window', '2', '--format', 'table']
    const { stdout } = await runCli(['volatility', 'series.csv', ...options], folder)
    expect(stdout).toMatch(/^time +estimator +window +sigma +n +expected\n2024-01-03T00:00:00Z +close /)
  })
})

describe('volatility from the returns inside each day', () => {
  /** Rises by 1 % in the first minute of every five. */
  const stairs = (minutes: number) =>
    HEADER +
    Array.from({ length: minutes }, (_, i) => {
      const close = (1.01 ** Math.floor(i / 5)).toPrecision(12)
      return `${Date.UTC(2024, 0, 1) / 1000 + 60 * i},${close},${close},${close},${close},1\n`
    }).join('')
  const names = 'realized,bipower,med-rv'

  test('reads minutes, gives days, and says what they were made of', async () => {
    await writeFile(join(folder, 'minutes.csv'), stairs(3 * 1440))
    const options = ['--interval', '1m', '--estimator', names, '--window', '2']
    const run = await runCli(['volatility', 'minutes.csv', ...options], folder)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    const [realized, bipower] = JSON.parse(run.stdout) as (Answer & { intraday: object })[]
    expect(realized).toMatchObject({
      interval: '1d',
      annualisation: 365,
      as_of: '2024-01-04T00:00:00Z',
      intraday: { interval: '1m', returns: 2880, expected: 2880, empty: 0 },
    })
    const sigma = expect.closeTo(Math.sqrt(365 * 288) * Math.log(1.01), 8) as number
    expect(realized!.points).toEqual([
      {
        t: '2024-01-02T00:00:00Z',
        n: 2,
        expected: 2,
        sigma,
        down: 0,
        up: sigma,
        jump_share: 0,
        jump_days: 0,
      },
      {
        t: '2024-01-03T00:00:00Z',
        n: 2,
        expected: 2,
        sigma,
        down: 0,
        up: sigma,
        jump_share: 0,
        jump_days: 0,
      },
    ])
    expect(bipower!.points[1]!.sigma! / realized!.points[1]!.sigma!).toBeCloseTo(Math.sqrt(Math.PI / 2), 8)
  })

  test('is null everywhere of a file of days, with the reason', async () => {
    await writeFile(join(folder, 'series.csv'), days([1, 2, 3]))
    const options = ['--interval', '1d', '--estimator', 'realized', '--window', '2']
    const run = await runCli(['volatility', 'series.csv', ...options], folder)
    expect(run.stderr).toContain('give bars of 1m or 5m')
    const [answer] = JSON.parse(run.stdout) as Answer[]
    expect(answer!.points.map(({ sigma }) => sigma)).toEqual([null, null])
  })
})

describe('a wrong command line', () => {
  const valid = ['volatility', 'x.csv', '--interval', '1d', '--estimator', 'close', '--window', '3']
  test.each([
    ['no command', []],
    ['an unknown command', ['guess']],
    ['an unknown option', [...valid, '--guess']],
    ['a missing option', valid.slice(0, 6)],
    ['an unknown interval', valid.map((word) => (word === '1d' ? '2d' : word))],
    ['an unknown estimator', valid.map((word) => (word === 'close' ? 'close,open' : word))],
    ['a window of one', valid.map((word) => (word === '3' ? '1' : word))],
    ['no time', [...valid, '--from', 'yesterday']],
    ['no factor', [...valid, '--annualise', '-1']],
    ['no mean', [...valid, '--mean', 'median']],
    ['no coverage', [...valid, '--min-coverage', '1.5']],
    ['no format', [...valid, '--format', 'xml']],
    ['file and market at once', [...valid, '--market', 'csv:x']],
    ['no market', ['export', '--market', 'bitcoin', '--interval', '1d']],
    ['an interval that cannot be imported', ['import', 'x.csv', '--market', 'csv:x', '--interval', '5m']],
  ])('%s: exit code 2, with the usage on stderr', async (_, args) => {
    const run = await runCli(args, folder)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.stderr).toContain('Usage: crypto-tracker')
  })

  test.each([[['--help']], [['volatility', '--help']], [['markets', 'add', '--help']]])(
    '%s prints the usage on stdout: exit code 0',
    async (args) => {
      const run = await runCli(args, folder)
      expect(run).toMatchObject({ code: 0, stderr: '' })
      expect(run.stdout).toContain('Usage: crypto-tracker')
    },
  )

  test('a file that is not there, or is no CSV of candles, is named: exit code 1', async () => {
    const missing = await runCli(valid, folder)
    expect(missing).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('x.csv') })
    await writeFile(join(folder, 'x.csv'), 'a,b\n1,2\n')
    const wrong = await runCli(valid, folder)
    expect(wrong).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('time,open,high') })
  })
})

const reference = process.env['REFERENCE_DATA']

describe.skipIf(!reference)('volatility beside the R package TTR (needs REFERENCE_DATA)', () => {
  test.each([
    ['BTC-USD_1d', '1d'],
    ['DOGE-USD_1d', '1d'],
    ['BTC-USD_1h_2024', '1h'],
  ])('%s agrees to a relative 1e-9, with a value at the same bars', async (name, interval) => {
    const text = gunzipSync(await readFile(join(reference!, 'reference', `${name}.ttr.csv.gz`))).toString()
    const expected = new Map<string, Map<string, number>>()
    for (const line of text.trim().split('\n').slice(1)) {
      const [time = '', estimator, window, bars, sigma] = line.split(',')
      const key = `${estimator} ${window} ${bars}`
      const instant = new Date(time.length === 10 ? `${time}T00:00:00Z` : time).toISOString()
      const series = expected.get(key) ?? new Map<string, number>()
      expected.set(key, series.set(instant.replace('.000Z', 'Z'), Number(sigma)))
    }
    expect(expected.size).toBeGreaterThanOrEqual(7)
    for (const [key, values] of expected) {
      const [estimator = '', window = '', bars = ''] = key.split(' ')
      const isZeroMean = estimator === 'close-zero-mean'
      const options = ['--window', window, '--annualise', bars, '--mean', isZeroMean ? 'zero' : 'sample']
      const asked = ['--estimator', isZeroMean ? 'close' : estimator, '--interval', interval]
      const run = await runCli(
        ['volatility', join(reference!, 'candles', `${name}.csv`), ...asked, ...options],
        folder,
      )
      const points = (JSON.parse(run.stdout) as Answer[])[0]!.points
      expect(points.map(({ t }) => t)).toEqual([...values.keys()])
      const worst = points.reduce((most, { t, sigma }) => {
        const truth = values.get(t)!
        return Math.max(most, Math.abs((sigma ?? NaN) - truth) / (truth || 1))
      }, 0)
      expect(worst).toBeLessThan(1e-9)
    }
  })
})

describe('the cone of a CSV file', () => {
  const closes = [100, 101, 99, 104, null, 103, 107, 101, 108]
  const options = ['--interval', '1d', '--estimator', 'close', '--annualise', 'none', '--mean', 'zero']
  const cone = async (...more: string[]) => {
    await writeFile(join(folder, 'cone.csv'), days(closes))
    return runCli(['cone', 'cone.csv', ...options, ...more], folder)
  }

  test('has σ, its percentile, exact quantiles and what they rest on for each window', async () => {
    const { code, stdout, stderr } = await cone('--windows', '2,90')
    const squares = [101 / 100, 99 / 101, 104 / 99, NaN, NaN, 107 / 103, 101 / 107, 108 / 101].map(
      (x) => Math.log(x) ** 2,
    )
    const known = squares
      .flatMap((square, i) => (i === 0 ? [] : [Math.sqrt((square + squares[i - 1]!) / 2)]))
      .filter((sigma) => !Number.isNaN(sigma))
    const [a, b, c, d] = known.toSorted((one, other) => one - other) as [number, number, number, number]
    const near = (value: number) => expect.closeTo(value, 12) as number
    const as_of = '2024-01-10T00:00:00Z'
    expect({ code, answer: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      answer: {
        market: 'cone.csv',
        interval: '1d',
        estimator: 'close',
        annualisation: null,
        mean: 'zero',
        source: 'csv',
        as_of,
        windows: [
          {
            window: 2,
            sigma: near(known.at(-1)!),
            percentile: known.filter((sigma) => sigma <= known.at(-1)!).length / 4,
            min: near(a),
            p10: near(a + 0.3 * (b - a)),
            p25: near(a + 0.75 * (b - a)),
            p50: near((b + c) / 2),
            p75: near(c + 0.25 * (d - c)),
            p90: near(c + 0.7 * (d - c)),
            max: near(d),
            windows: 4,
            bars: 8,
            independent: 4,
            spread_factor: near(1 / (1 - 2 / 7 + 3 / 147)),
            n: 2,
            expected: 2,
            as_of,
            reason: null,
          },
          expect.objectContaining({
            window: 90,
            sigma: null,
            p50: null,
            n: 6,
            reason: expect.stringContaining('needs 91'),
          }),
        ],
      },
    })
    expect(stderr).toMatch(/^cone\.csv: n\/a for 90: a window of 90 needs 91/)
  })

  test('is that of a day of the past with --to, and goes out as CSV and as a table', async () => {
    const past = await cone('--windows', '2', '--to', '2024-01-05', '--format', 'csv')
    const [header, row, end] = past.stdout.split('\n')
    expect(header).toMatch(
      /^window,sigma,percentile,min,p10,p25,p50,p75,p90,max,windows,bars,independent,spread_factor,n,/,
    )
    expect(row).toMatch(/^2,0\.0376\d+,1,0\.0157/)
    expect([row?.includes('2024-01-05T00:00:00Z'), end]).toEqual([true, ''])
    const table = await cone('--windows', '2', '--format', 'table')
    expect(table.stdout).toMatch(/^window +sigma +percentile .*\n +2 +0\.06\d{3} +\S+ +0\.0158/)
  })

  test.each([
    [['--windows', '1'], 'at least 2'],
    [['--windows', '7,abc'], 'such as 7,14,30,90'],
    [['--estimator', 'variance'], 'yang-zhang'],
  ])('%j is refused with what is accepted: exit code 2', async (more, accepted) => {
    expect(await cone(...more)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(accepted),
    })
  })
})
