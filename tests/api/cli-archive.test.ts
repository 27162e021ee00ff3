import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { plainDecimal } from '../../core/decimal/text.ts'
import { runCli } from './cli.ts'

const START = join(import.meta.dirname, '..', '..', 'server', 'start.mjs')
/** Nobody listens there: these tests need no source. */
const ENV = { COINBASE_URL: 'http://127.0.0.1:9', MARKETS: 'coinbase:BTC-USD', PORT: '0' }
const HEADER = 'time,open,high,low,close,volume\n'
const DAYS = [
  '2024-01-01T00:00:00Z,1.5,2,1,1.75,10',
  '2024-01-02T00:00:00Z,1.75,2.25,1.5,2,0.00000001',
  '2024-01-04T00:00:00Z,2,3,1.25,2.5,',
]

let folder: string
const file = (name: string, lines: readonly string[]) =>
  writeFile(join(folder, name), HEADER + lines.map((line) => `${line}\n`).join(''))
const cli = (...args: string[]) => runCli(args, folder, ENV)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-cli-'))
  await file('days.csv', DAYS)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const importDays = (name: string) => cli('import', name, '--market', 'csv:days', '--interval', '1d')

describe('without a server', () => {
  test('import reports what is new, then what is the same', async () => {
    const first = await importDays('days.csv')
    expect(first.code).toBe(0)
    expect(JSON.parse(first.stdout)).toEqual({
      market: 'csv:days',
      interval: '1d',
      new: 3,
      same: 0,
      conflicting: 0,
      refused: [],
      times: 'ISO 8601',
    })
    expect(JSON.parse((await importDays('days.csv')).stdout)).toMatchObject({ new: 0, same: 3 })
  })

  test('export gives the same candles in plain decimals; what is absent stays absent', async () => {
    const run = await cli('export', '--market', 'csv:days', '--interval', '1d')
    expect(run).toMatchObject({ code: 0, stdout: `${HEADER}${DAYS.join('\n')}\n` })
    const out = await cli(
      'export',
      '--market',
      'csv:days',
      '--interval',
      '1d',
      '--from',
      '2024-01-02',
      '--out',
      'out.csv',
    )
    expect(out).toMatchObject({ code: 0, stdout: '' })
    expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe(`${HEADER}${DAYS.slice(1).join('\n')}\n`)
  })

  test('a refused row has its line and reason, the others go in, exit code 1; a conflict keeps what was there', async () => {
    const lines = [
      `1704067200,${'9,9,9,9,9'}`,
      '1704412800000,2.5e0,4,2,3.5e+0,1e-8',
      '2024-01-06,2,1,3,2,1',
      'yesterday,1,1,1,1,1',
    ]
    await writeFile(join(folder, 'more.csv.gz'), gzipSync(`${HEADER}${lines.join('\n')}\n`))
    const run = await importDays('more.csv.gz')
    expect(run.code).toBe(1)
    expect(JSON.parse(run.stdout)).toMatchObject({
      new: 1,
      same: 0,
      conflicting: 1,
      refused: [
        { line: 4, reason: expect.any(String) },
        { line: 5, reason: expect.stringContaining('yesterday') },
      ],
      times: 'Unix seconds and Unix milliseconds and ISO 8601',
    })
    expect(run.stderr).toContain('more.csv.gz:4: refused')
    const { stdout } = await cli('export', '--market', 'csv:days', '--interval', '1d')
    expect(stdout).toBe(`${HEADER}${[...DAYS, '2024-01-05T00:00:00Z,2.5,4,2,3.5,0.00000001'].join('\n')}\n`)
  })

  test('σ of a market is that of its file', async () => {
    const options = ['--interval', '1d', '--estimator', 'parkinson,close', '--window', '2']
    const ofFile = JSON.parse((await cli('volatility', 'days.csv', ...options)).stdout) as object[]
    const ofMarket = JSON.parse(
      (await cli('volatility', '--market', 'csv:days', ...options, '--to', '2024-01-05')).stdout,
    ) as object[]
    expect(ofMarket).toEqual(ofFile.map((answer) => ({ ...answer, market: 'csv:days' })))
  })

  test('ranking has the newest σ of each market, and refuses what it cannot rank by with exit code 2', async () => {
    const options = ['--window', '3d', '--interval', '1d', '--method', 'parkinson']
    const { code, stdout } = await cli('ranking', ...options)
    const as_of = '2024-01-06T00:00:00Z'
    const variance = (Math.log(3 / 1.25) ** 2 + Math.log(4 / 2) ** 2) / (4 * 2 * Math.LN2)
    const sigma = expect.closeTo(Math.sqrt(365 * variance), 12) as number
    const asked = { window: '3d', method: 'parkinson', interval: '1d', mean: null, annualisation: 365 }
    const ranking = [{ market: 'csv:days', source: 'csv', sigma, n: 2, expected: 3, as_of }]
    expect({ code, answer: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      answer: { ...asked, as_of, ranking },
    })
    const refused = await cli('ranking', '--window', '24h', '--method', 'variance')
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('level-stdev') })
  })

  test('verify finds no fault, and counts what is missing', async () => {
    const run = await cli('verify', '--format', 'csv')
    expect(run).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('1 missing places: not among the imported'),
    })
    expect(run.stdout).toBe(
      'kind,market,interval,from,to,places,what\n' +
        'not-imported,csv:days,1d,2024-01-03T00:00:00Z,2024-01-04T00:00:00Z,1,not among the imported candles\n',
    )
  })

  test('rebuild says what has no raw answer and stays', async () => {
    const run = await cli('rebuild', '--market', 'csv:days')
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('4 have no raw answer and stay') })
    expect(JSON.parse(run.stdout)).toMatchObject({
      series: [{ market: 'csv:days', interval: '1d', from_raw: 0, without_raw: 4, changed: 0, renamed: 0 }],
      faults: [],
    })
  })

  test('--out takes CSV alone: exit code 2, before anything is read', async () => {
    const args = ['--market', 'csv:none', '--interval', '1d', '--format', 'json', '--out', 'out.json']
    const run = await cli('export', ...args)
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--out writes CSV') })
  })

  test('a source that cannot be reached is named: exit code 1, no stack trace', async () => {
    const run = await cli('markets', 'search', 'btc')
    expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^coinbase: .*\n$/) })
  })

  test('a file that cannot be used is named with the reason, and its bytes command no terminal', async () => {
    const into = (name: string) => cli('import', name, '--market', 'csv:bad', '--interval', '1d')
    expect(await into('none.csv')).toMatchObject({ code: 1, stderr: 'none.csv: there is no such file\n' })
    await writeFile(join(folder, 'bad.csv.gz'), 'no gzip')
    expect((await into('bad.csv.gz')).stderr).toBe('bad.csv.gz: it is named .gz, but is no gzip file\n')
    await writeFile(join(folder, 'bad.csv'), '\x1b]0;title\x07,\x1b[2J\n')
    const { stderr } = await into('bad.csv')
    expect(stderr).toMatch(/^bad\.csv: the first line is "�\]0;title�,�\[2J": a first line "time,/)
  })

  test('a market that is not there is named: exit code 1', async () => {
    const run = await cli('export', '--market', 'csv:none', '--interval', '1d')
    expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('csv:none') })
  })

  test('a malformed variable stops it, with what is accepted', async () => {
    const run = await runCli(['markets', 'list'], folder, { ...ENV, SAMPLE_SECONDS: 'often' })
    expect(run).toMatchObject({ code: 1, stderr: expect.stringMatching(/SAMPLE_SECONDS.*often.*1 to 3600/s) })
  })
})

/** Starts the server in the folder; resolves once it says where it listens. */
async function startServer(): Promise<{ process: ChildProcess; printed: () => string }> {
  const child = spawn(process.execPath, [START, '--no-build'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...ENV },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (part: Buffer) => {
        printed += part.toString()
        if (/^Data in:/m.test(printed)) resolve()
      })
    }
    child.once('exit', (code) => reject(new Error(`it ended with code ${code}: ${printed}`)))
  })
  await ready
  return { process: child, printed: () => printed }
}

describe('while the server runs', () => {
  let server: Awaited<ReturnType<typeof startServer>>

  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => {
    server.process.kill('SIGKILL')
  })

  test('it says its address, database, sources and data folder, one line each', () => {
    expect(server.printed()).toMatch(
      /^Address: +http:\/\/localhost:\d+ .*\nDatabase: embedded.*\nSources: +coinbase at http:\/\/127\.0\.0\.1:9 .*\nData in: +\/.*\/data\n/m,
    )
  })

  test('the control socket is its owner’s alone', async () => {
    expect((await stat(join(folder, 'data', 'control.sock'))).mode & 0o777).toBe(0o600)
  })

  test('commands work through it', async () => {
    const list = JSON.parse((await cli('markets', 'list')).stdout) as { market: string; status: string }[]
    expect(list.map(({ market, status }) => [market, status])).toEqual([['csv:days', 'imported']])
    expect(JSON.parse((await importDays('days.csv')).stdout)).toMatchObject({ new: 0, same: 3 })
    const { stdout } = await cli('export', '--market', 'csv:days', '--interval', '1d', '--to', '2024-01-05')
    expect(stdout).toBe(`${HEADER}${DAYS.join('\n')}\n`)
    const options = ['--interval', '1d', '--estimator', 'parkinson', '--window', '2', '--to', '2024-01-05']
    const [ofMarket] = JSON.parse((await cli('volatility', '--market', 'csv:days', ...options)).stdout) as [
      object,
    ]
    const [ofFile] = JSON.parse((await cli('volatility', 'days.csv', ...options)).stdout) as [object]
    expect(ofMarket).toEqual({ ...ofFile, market: 'csv:days' })
    expect(JSON.parse((await cli('verify', '--market', 'csv:days')).stdout)).toMatchObject({ faults: [] })
    const ranking = await cli('ranking', '--window', '24h', '--format', 'csv')
    expect(ranking.stdout).toBe(
      'market,sigma,n,expected,as_of,reason\ncsv:days,,0,1440,,no candles of 1m are known: backfill or import them\n',
    )
  })

  test('status tells of sources, what is left of their quota and what went wrong, and of jobs', async () => {
    const sources = await cli('status', 'sources', '--format', 'csv')
    const [header, row] = sources.stdout.split('\n')
    expect(header).toMatch(/^source,circuit,requests_per_second,used_in_a_minute,left_now,/)
    expect(row).toMatch(/^coinbase,(closed|open|probing),10,/)
    expect(await cli('status', 'jobs')).toMatchObject({ code: 0, stdout: '[]\n' })
  })

  test('what it refuses is told as it says it: exit code 1', async () => {
    const backfill = await cli('backfill', '--market', 'csv:days')
    expect(backfill).toMatchObject({ code: 1, stderr: expect.stringContaining('imported') })
    const remove = await cli('markets', 'remove', 'csv:dayz')
    expect(remove).toMatchObject({ code: 1, stderr: expect.stringContaining('near: csv:days') })
  })

  test('a source that cannot be reached is told to who asks, and is no failure of the server', async () => {
    const run = await cli('markets', 'add', 'coinbase:ETH-USD')
    expect(run).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^coinbase: .*\n$/) })
    expect(server.printed()).not.toMatch(/stack|failed"/)
  })

  test('a second server on the same folder refuses to start and says why', async () => {
    await expect(startServer()).rejects.toThrow(/ended with code 1: .*data is in use by another process/s)
  })

  test('a purged market is gone with its history', async () => {
    expect((await cli('markets', 'remove', 'csv:days', '--purge')).code).toBe(0)
    expect((await cli('export', '--market', 'csv:days', '--interval', '1d')).code).toBe(1)
  })

  test('SIGTERM ends it in order within ten seconds, and the socket is gone', async () => {
    const startedMs = performance.now()
    const exit = once(server.process, 'exit')
    server.process.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
    expect(performance.now() - startedMs).toBeLessThan(10_000)
    expect(await readdir(join(folder, 'data'))).not.toContain('control.sock')
  })
})

test('Ctrl-C under npm, which comes from the terminal and once more from npm, stops in order', async () => {
  const server = await startServer()
  const exit = once(server.process, 'exit')
  // At the very moment when the first is told, since two at once could count as one.
  server.process.stdout!.on('data', (part: Buffer) => {
    if (part.includes('Stopping (SIGINT)')) server.process.kill('SIGINT')
  })
  server.process.kill('SIGINT')
  expect(await exit).toEqual([0, null])
  expect(server.printed()).toMatch(/Stopped\n$/)
})

test('an old Node gets one sentence', async () => {
  const source = await readFile(join(import.meta.dirname, '../../server/node-version.mjs'), 'utf8')
  const old = source.replaceAll('process.versions.node', "'20.11.1'")
  const { isNodeRecent, NODE_TOO_OLD } = (await import(
    `data:text/javascript,${encodeURIComponent(old)}`
  )) as {
    isNodeRecent: () => boolean
    NODE_TOO_OLD: string
  }
  expect(isNodeRecent()).toBe(false)
  expect(NODE_TOO_OLD).toMatch(/^Node 20\.11\.1 is too old .* Node 22\.18 or newer$/)
})

const reference = process.env['REFERENCE_DATA']

describe.skipIf(!reference)('import and export of real files (needs REFERENCE_DATA)', async () => {
  // Without the folder one test stands for all, so that the group is seen to be skipped.
  const names = reference ? await readdir(join(reference, 'candles')) : ['each file']
  let server: Awaited<ReturnType<typeof startServer>> | null = null

  // Through a running server, since opening the database anew for each command takes seconds.
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => {
    server?.process.kill('SIGKILL')
  })

  test.each(names)('%s comes out with the same numbers, and goes in once', async (name) => {
    const interval = /_(1[mhd])/.exec(name)![1]!
    const market = `csv:${name.replace(/\.csv(\.gz)?$/, '')}`
    const path = join(reference!, 'candles', name)
    const into = () => cli('import', path, '--market', market, '--interval', interval)
    const bytes = await readFile(path)
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
    const numbers = (csv: string) =>
      csv
        .trim()
        .split(/\r?\n/)
        .slice(1)
        .map((line) => {
          const [time = '', ...values] = line.split(',')
          return [Date.parse(time.length === 10 ? `${time}T00:00:00Z` : time), ...values.map(plainDecimal)]
        })
        .sort((a, b) => Number(a[0]) - Number(b[0]))
    const expected = numbers(text)
    expect(JSON.parse((await into()).stdout)).toMatchObject({ new: expected.length, refused: [] })
    expect(JSON.parse((await into()).stdout)).toMatchObject({ new: 0, same: expected.length })
    const { stdout } = await cli('export', '--market', market, '--interval', interval)
    expect(numbers(stdout)).toEqual(expected)
  })
})
