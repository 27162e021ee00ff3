/**
 * PostgreSQL restarts, drops connections and stands still while the server reads history into it: the server says so, goes on by
 * itself, and nothing is lost. `DATABASE_GONE_SECONDS=60` keeps it away for a minute.
 */
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS, floorTo, HOUR_MS, STORED_INTERVALS } from '../../core/time/interval.ts'
import { startSimulator, type RunningSimulator } from '../../simulator/start.ts'
import { createTruth } from '../../simulator/truth.ts'
import { runCli } from '../api/cli.ts'
import { startPostgres, type TestPostgres } from '../database/postgres.ts'
import { startApp, temporaryFolder, until, type RunningApp } from './processes.ts'
import { readCandles } from './reader.ts'

const GONE_MS = Number(process.env['DATABASE_GONE_SECONDS'] ?? 5) * 1000
const sinceMs = floorTo('1d', Date.now()) - 10 * DAY_MS
/** Nothing younger is compared. */
const untilMs = floorTo('1h', Date.now()) - HOUR_MS
const truth = createTruth({ seed: '1', sinceMs })

let server: TestPostgres
let databaseUrl: string
let simulator: RunningSimulator
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let app: RunningApp

beforeAll(async () => {
  server = await startPostgres()
  databaseUrl = await server.createDatabase()
  simulator = await startSimulator(['--since', new Date(sinceMs).toISOString()])
  folder = await temporaryFolder()
  app = await startApp(['server/start.mjs', '--no-build'], folder.path, {
    DATABASE_URL: databaseUrl,
    MARKETS: 'coinbase:BTC-USD',
    COINBASE_URL: simulator.url,
    COINBASE_RPS: '5',
  })
})
afterAll(async () => {
  await app.kill()
  await simulator.stop()
  await server.stop()
  await folder[Symbol.asyncDispose]()
})

const get = (path: string) => fetch(`${app.url}${path}`)
const up = (status: number) =>
  until(`/up/databases answers ${status}`, 60_000, async () => {
    const answer = await get('/up/databases')
    const body = (await answer.json()) as { detail?: string }
    return answer.status === status ? body : null
  })
const revision = async () =>
  ((await (await get('/api/v1/sync?since=0')).json()) as { revision: number }).revision
const goesOn = async (since: number) =>
  until('new revisions', 60_000, async () => ((await revision()) > since ? true : null))

test('a database that is gone is told with the reason, what needs none of it goes on, and when it is back, so is all', async ({
  skip,
}) => {
  const { power } = server
  if (!power) return skip('TEST_DATABASE_URL names a server that is not ours to stop')
  const before = await until('something archived', 60_000, async () => (await revision()) || null)
  const live = await get('/api/v1/live?markets=coinbase:BTC-USD')
  const told = live.body!.pipeThrough(new TextDecoderStream()).getReader()
  // What it is told at first is its head; from then on it waits.
  const hear = async () => {
    let text = ''
    while (!/event: (candle|revision)/.test(text)) text += (await told.read()).value ?? ''
  }
  await hear()
  await power.off()
  expect((await up(503)).detail).toMatch(/the database does not answer: PostgreSQL at \S+ cannot be reached/)
  expect((await get('/up')).status).toBe(200)
  const refused = await get('/api/v1/prices')
  expect({ status: refused.status, again: refused.headers.get('retry-after') }).toEqual({
    status: 503,
    again: '5',
  })
  expect(await refused.json()).toMatchObject({ type: 'urn:crypto-tracker:problem:unavailable' })
  await new Promise((resolve) => setTimeout(resolve, GONE_MS))
  expect((await get('/up')).status).toBe(200)
  await power.on()
  await up(200)
  await goesOn(before)
  // Who listened all the while is told without asking again.
  await hear()
  await told.cancel()
  expect(app.printed()).toMatch(
    /the database cannot be (read|written to): PostgreSQL at \S+ cannot be reached/,
  )
  expect(app.printed()).toMatch(/the database can be (read|written to) again/)
})

test('connections that are cut again and again cost time only', async () => {
  const before = await revision()
  const name = new URL(databaseUrl).pathname.slice(1)
  for (let round = 0; round < 5; round++) {
    await server.admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)
    await up(200)
  }
  await goesOn(before)
})

test('a database that stands still is told as such, and waited for', async () => {
  const before = await revision()
  const other = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  try {
    await other.begin(async (tx) => {
      await tx`LOCK TABLE head IN ACCESS EXCLUSIVE MODE`
      expect((await up(503)).detail).toMatch(/no answer within 5 s/)
    })
  } finally {
    await other.end()
  }
  await up(200)
  await goesOn(before)
})

test.each(STORED_INTERVALS)(
  'after all of it every %s candle is there, as the source has it',
  async (interval) => {
    const expected = truth.rows('BTC-USD', interval, sinceMs, floorTo(interval, untilMs))
    const read = () =>
      readCandles(app.url, 'coinbase:BTC-USD', interval, sinceMs - DAY_MS, floorTo(interval, untilMs))
    await until('all candles', 120_000, async () => ((await read()).length >= expected.length ? true : null))
    expect(await read()).toEqual(expected)
  },
)

test('and every byte verifies', async () => {
  expect(await runCli(['verify'], folder.path)).toMatchObject({ code: 0 })
})
