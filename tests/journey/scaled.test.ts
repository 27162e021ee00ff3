/**
 * Two processes that read and two that serve, on one PostgreSQL: what of the older promises holds over all of them, and what a
 * death costs. The simulated exchange counts its requests and refuses what is beyond its limit.
 */
import { isDeepStrictEqual } from 'node:util'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS, STORED_INTERVALS } from '../../core/time/interval.ts'
import { MOST_ORDERS } from '../../server/api/owner.ts'
import { startSimulator, type RunningSimulator } from '../../simulator/start.ts'
import { createTruth } from '../../simulator/truth.ts'
import type { Finding } from '../../server/doctor/finding.ts'
import { runCli } from '../api/cli.ts'
import { startPostgres, type TestPostgres } from '../database/postgres.ts'
import { startApp, temporaryFolder, until, type RunningApp } from './processes.ts'
import { readCandles, readDevice } from './reader.ts'

const ADMIN_TOKEN = 'a-token-of-more-than-24-characters'
const LIMIT = 10
const SAMPLE_SECONDS = 10
const PRODUCTS = ['BTC-USD', 'ETH-USD']
/** So much that the limit is used up all the time. */
const sinceMs = floorTo('1d', Date.now()) - 40 * DAY_MS
const truth = createTruth({ seed: '1', sinceMs })
const FRESH_WITHIN_MS = 45_000
const TAKEN_WITHIN_MS = 30_000

let server: TestPostgres
let simulator: RunningSimulator
let databaseUrl: string
const folders: Awaited<ReturnType<typeof temporaryFolder>>[] = []
const apps: RunningApp[] = []

async function start(role: string, env: Readonly<Record<string, string>> = {}): Promise<RunningApp> {
  const folder = await temporaryFolder()
  folders.push(folder)
  const app = await startApp(['server/start.mjs', '--no-build'], folder.path, {
    ROLE: role,
    DATABASE_URL: databaseUrl,
    MARKETS: PRODUCTS.map((product) => `coinbase:${product}`).join(','),
    COINBASE_URL: simulator.url,
    SAMPLE_SECONDS: String(SAMPLE_SECONDS),
    ADMIN_TOKEN,
    ...env,
  })
  apps.push(app)
  return app
}

let readers: readonly RunningApp[]
/** The one that lives on. */
let left: RunningApp
let [one, other]: RunningApp[] = []
beforeAll(async () => {
  server = await startPostgres()
  databaseUrl = await server.createDatabase()
  simulator = await startSimulator(['--since', new Date(sinceMs).toISOString(), '--rps', String(LIMIT)])
  // All at once, on a database without any table.
  const started = await Promise.all(['ingest', 'ingest', 'api', 'api'].map((role) => start(role)))
  readers = started.slice(0, 2)
  ;[one, other] = started.slice(2)
})
afterAll(async () => {
  await Promise.all(apps.map((app) => app.kill()))
  await simulator.stop()
  await server.stop()
  for (const folder of folders) await folder[Symbol.asyncDispose]()
})

const ask = (app: RunningApp, path: string, init: RequestInit = {}) =>
  fetch(`${app.url}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...init.headers },
  })
const json = async <T>(app: RunningApp, path: string) => (await (await ask(app, path)).json()) as T

interface Status {
  readonly leases: readonly { what: string; holder: string | null }[]
  readonly sources: readonly { source: string; lastError: string | null }[]
}
const status = (app: RunningApp) => json<Status>(app, '/api/v1/admin/ingest')
const holderOf = async (app: RunningApp, what: string) =>
  (await status(app)).leases.find((lease) => lease.what === what)?.holder ?? null
const isOf = (holder: string | null, app: RunningApp) => holder?.endsWith(`process ${app.pid}`) ?? false

/** What `doctor` says of the processes, from a folder in which none of them runs. */
async function doctor(): Promise<{ readonly code: number; readonly processes: readonly Finding[] }> {
  await using elsewhere = await temporaryFolder()
  const env = { DATABASE_URL: databaseUrl, PORT: '0', COINBASE_URL: simulator.url }
  const { code, stdout } = await runCli(['doctor', '--format', 'json'], elsewhere.path, env)
  return {
    code,
    processes: (JSON.parse(stdout) as Finding[]).filter(({ check }) => check === 'process'),
  }
}

/** When the price that is furthest behind was the newest. */
async function pricesAsOf(app: RunningApp): Promise<number> {
  const { prices } = await json<{ prices: { market: string; as_of: string }[] }>(app, '/api/v1/prices')
  const known = new Map(prices.map(({ market, as_of }) => [market, Date.parse(as_of)]))
  return Math.min(...PRODUCTS.map((product) => known.get(`coinbase:${product}`) ?? 0))
}

/** Listens to all events, from the last one that it heard on, wherever it is. */
class Listener {
  /** Candles and revisions, each as it came. */
  readonly heard: string[] = []
  prices = 0
  lastId: string | null = null
  #reader: ReadableStreamDefaultReader<string> | null = null

  async attach(app: RunningApp): Promise<void> {
    await this.#reader?.cancel().catch(() => {}) // The server is gone, perhaps.
    const headers = this.lastId === null ? {} : { 'last-event-id': this.lastId }
    const answer = await fetch(`${app.url}/api/v1/live`, { headers })
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
    this.#reader = reader
    void this.#read(reader).catch(() => {}) // A server that is killed ends it.
  }

  async #read(reader: ReadableStreamDefaultReader<string>): Promise<void> {
    for (let text = ''; ;) {
      const { value, done } = await reader.read()
      if (done) return
      const events = (text + value).split('\n\n')
      text = events.pop()!
      for (const event of events) this.#take(event)
    }
  }

  #take(event: string): void {
    if (event.includes('event: price\n')) this.prices++
    if (!/^event: (candle|revision)$/m.test(event)) return
    const id = /^id: (\d+)$/m.exec(event)?.[1]
    // The head, told to who comes without a past.
    if (this.heard.length > 0 || this.lastId !== null) this.heard.push(event)
    if (id !== undefined) this.lastId = id
  }

  /** What it heard of the revisions between two of them. */
  between(from: number, to: number): string[] {
    return this.heard.filter((event) => {
      const revision = Number(/"revision":(\d+)/.exec(event)![1])
      return revision > from && revision <= to
    })
  }
}

const here = new Listener()
const there = new Listener()

test('processes that start together make the tables once, share what there is to do, and tell all listeners the same', async () => {
  await until('both read', 60_000, async () => {
    const { leases } = await status(one!)
    const holders = new Set(leases.map(({ holder }) => holder))
    return leases.length === 2 && holders.size === 2 && !holders.has(null) ? true : null
  })
  await here.attach(one!)
  await there.attach(other!)
  await until('both heard', 60_000, async () => (here.lastId && there.lastId ? true : null))
  const from = Math.max(Number(here.lastId), Number(there.lastId))
  await until('many revisions', 60_000, async () =>
    Math.min(Number(here.lastId), Number(there.lastId)) > from + 20 ? true : null,
  )
  const to = Math.min(Number(here.lastId), Number(there.lastId))
  expect(here.between(from, to)).toEqual(there.between(from, to))
  expect(here.between(from, to).length).toBeGreaterThanOrEqual(20)
})

test('doctor knows all four of them, and who does what', async () => {
  const { processes } = await until('all of them well', 30_000, async () => {
    const found = await doctor()
    return found.processes.every(({ status: how }) => how === 'ok') ? found : null
  })
  const [run, ...held] = processes.map(({ finding }) => finding)
  expect(run).toMatch(/^4 on this database: /)
  for (const app of apps) expect(run).toContain(`process ${app.pid},`)
  expect(held).toHaveLength(2)
  for (const line of held) expect(line).toMatch(/^(coinbase|sealing and retention): .*, renewed \d+ s ago$/)
})

test('what is ordered at a process that serves is done by the one that reads', async () => {
  const body = JSON.stringify({ id: 'coinbase:SOL-USD' })
  const headers = { 'content-type': 'application/json' }
  const added = await ask(one!, '/api/v1/admin/markets', { method: 'POST', body, headers })
  expect(added.status).toBe(201)
  await until('its price', 60_000, async () => {
    const { prices } = await json<{ prices: { market: string }[] }>(other!, '/api/v1/prices')
    return prices.some(({ market }) => market === 'coinbase:SOL-USD') ? true : null
  })
  const removed = await ask(other!, '/api/v1/admin/markets/coinbase:SOL-USD', { method: 'DELETE' })
  expect(removed.status).toBe(204)
})

test('the reader of a source is killed: another one has taken over within 30 s, prices are fresh within 45 s', async () => {
  await until('prices', 60_000, async () => ((await pricesAsOf(one!)) > 0 ? true : null))
  const holder = await holderOf(one!, 'coinbase')
  const [dying, next] = isOf(holder, readers[0]!) ? readers : readers.toReversed()
  left = next!
  const killedAt = performance.now()
  await dying!.kill()
  const killedMs = Date.now()
  await until('taken over', TAKEN_WITHIN_MS, async () =>
    isOf(await holderOf(one!, 'coinbase'), left) ? true : null,
  )
  await until('fresh prices', FRESH_WITHIN_MS - (performance.now() - killedAt), async () =>
    (await pricesAsOf(other!)) > killedMs ? true : null,
  )
  const { processes } = await until('doctor no longer counts the dead one', 60_000, async () => {
    const found = await doctor()
    return found.processes[0]!.finding.includes(`process ${dying!.pid},`) ? null : found
  })
  expect(processes[0]!.finding).toMatch(/^3 on this database: /)
  for (const { finding } of processes.slice(1)) expect(finding).toContain(`process ${left.pid},`)
})

test('a process that serves is killed: who listened to it goes on at the other, and has lost nothing', async () => {
  // While the last days are read so much changes at once that who comes back syncs instead.
  const recentMs = floorTo('1d', Date.now()) - 8 * DAY_MS
  const untilMs = floorTo('1m', Date.now() - MINUTE_MS)
  for (const product of PRODUCTS) {
    const count = truth.rows(product, '1m', recentMs, untilMs).length
    await until(`the last days of ${product}`, 90_000, async () => {
      const found = await readCandles(other!.url, `coinbase:${product}`, '1m', recentMs, untilMs)
      return found.length >= count ? true : null
    })
  }
  const from = Number(here.lastId)
  await one!.kill()
  await until('more revisions', 60_000, async () => (Number(there.lastId) > from + 5 ? true : null))
  await here.attach(other!)
  const to = Number(there.lastId)
  await until('caught up', 30_000, async () => (Number(here.lastId) >= to ? true : null))
  const revisions = (listener: Listener) => [
    ...new Set(listener.between(from, to).filter((event) => event.includes('event: revision'))),
  ]
  expect(revisions(here)).toEqual(revisions(there))
  expect(revisions(here)).toHaveLength(to - from)
  const candles = (listener: Listener) =>
    new Set(listener.between(from, to).filter((event) => event.includes('event: candle')))
  // One that was revised since is told as it is now.
  expect(candles(here).size).toBeGreaterThanOrEqual(candles(there).size - 2)
})

test('no minute is lost, none is sampled twice, and no second saw more requests than the limit', async () => {
  const untilMs = floorTo('1m', Date.now() - 15_000)
  for (const product of PRODUCTS) {
    const expected = truth.rows(product, '1m', untilMs - 30 * MINUTE_MS, untilMs)
    await until(`the last minutes of ${product}`, 60_000, async () => {
      const found = await readCandles(
        other!.url,
        `coinbase:${product}`,
        '1m',
        untilMs - 30 * MINUTE_MS,
        untilMs,
      )
      return JSON.stringify(found) === JSON.stringify(expected) ? true : null
    })
  }
  const sql = postgres(databaseUrl, { max: 1 })
  try {
    // As often as the time has come, and once more where it was taken over.
    const counted = await sql<{ samples: number; times: number }[]>`SELECT count(*)::int AS samples,
        (max(at / ${SAMPLE_SECONDS * 1000}) - min(at / ${SAMPLE_SECONDS * 1000}) + 1)::int AS times
      FROM sample GROUP BY market`
    for (const { samples, times } of counted) expect(samples).toBeLessThanOrEqual(times + 1)
  } finally {
    await sql.end()
  }
  const seen = (await (await fetch(`${simulator.url}/simulator/stats`)).json()) as Record<string, number>
  expect(seen).toMatchObject({ refused: 0 })
  expect(seen['mostInOneSecond']).toBeLessThanOrEqual(LIMIT)
  expect(seen['requests']).toBeGreaterThan(100)
})

test('where nobody reads that is said; and one process alone answers as the others did', async () => {
  expect(await left.stop()).toBe(0)
  // Let go in order: nobody waits for it to run out.
  expect(await holderOf(other!, 'coinbase')).toBeNull()
  expect((await status(other!)).sources[0]!.lastError).toMatch(
    /no process has read coinbase since .*ROLE=ingest/,
  )
  const { code, processes } = await doctor()
  expect(code).toBe(1)
  // All that lives only serves.
  expect(processes[0]!.finding).toContain(`process ${other!.pid},`)
  expect(processes[0]!.finding).not.toContain('ingest')
  expect(processes.slice(1).map(({ status: how }) => how)).toEqual(['fault', 'fault'])
  for (const { finding, todo } of processes.slice(1)) {
    expect(finding).toMatch(
      /^(coinbase|sealing and retention): no process does it, the last one did \d+ s ago$/,
    )
    expect(todo).toContain('ROLE=ingest')
  }
  const body = JSON.stringify({ id: 'coinbase:DOGE-USD' })
  const headers = { 'content-type': 'application/json' }
  const refused = await ask(other!, '/api/v1/admin/markets', { method: 'POST', body, headers })
  expect(refused.status).toBe(503)
  expect(await refused.text()).toContain('no process on this database reads sources')

  // It has everything to itself, and a source that does not answer, so that nothing changes.
  // A price that was told and not kept is known to those alone who heard it: one that serves begins anew as well.
  const [alone, serving] = await Promise.all([
    start('all', { COINBASE_URL: 'http://127.0.0.1:9', LOG_LEVEL: 'fatal' }),
    start('api'),
  ])
  // It seals what is ready, so that two answers may lie on either side of a revision: at a quiet moment they are equal.
  const equal = (what: string, read: (app: RunningApp) => Promise<unknown>) =>
    until(`the same answer: ${what}`, 90_000, async () => {
      const [one, other] = await Promise.all([alone, serving].map(read))
      return isDeepStrictEqual(one, other) ? true : null
    })
  const toMs = floorTo('1h', Date.now())
  for (const path of [
    '/api/v1/markets',
    '/api/v1/prices',
    '/api/v1/sync?since=0',
    ...STORED_INTERVALS.map(
      (interval) =>
        `/api/v1/markets/coinbase:BTC-USD/candles?interval=${interval}&from=${new Date(toMs - 24 * HOUR_MS).toISOString()}`,
    ),
  ]) {
    await equal(path, (app) => json(app, path))
  }
  await equal('all that a device reads', (app) => readDevice(app.url))

  // Orders given here and there are counted together, good ones or not.
  const order = async (app: RunningApp) =>
    (await ask(app, '/api/v1/admin/markets/none', { method: 'DELETE' })).status
  for (let i = 0; i < MOST_ORDERS / 20; i++)
    expect(
      await Promise.all([alone, serving].flatMap((app) => Array.from({ length: 10 }, () => order(app)))),
    ).not.toContain(429)
  for (const app of [alone, serving])
    await until('no more orders are taken', 10_000, async () => ((await order(app)) === 429 ? true : null))

  // Who guesses tokens at one has used up the tries at the other: two more are far fewer than it would take there.
  const guess = async (app: RunningApp) =>
    (await ask(app, '/api/v1/admin/ingest', { headers: { authorization: 'Bearer guessed' } })).status
  for (let i = 0; i < 10; i++) expect(await guess(alone)).toBe(401)
  expect(await guess(alone)).toBe(429)
  await until('the other refuses as well', 1_500, async () => ((await guess(serving)) === 429 ? true : null))
})
