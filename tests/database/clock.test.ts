/** The clock is set ahead and back while history and prices come in: said in the log, no candle of the future, nothing lost. */
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS, STORED_INTERVALS } from '../../core/time/interval.ts'
import { startIngest } from '../../server/ingest/start.ts'
import { coinbase } from '../../server/providers/coinbase.ts'
import { ExchangeProvider } from '../../server/providers/exchange.ts'
import { defaultSettling } from '../../server/settling.ts'
import { startSimulator } from '../../simulator/start.ts'
import { createTruth } from '../../simulator/truth.ts'
import { openTestArchive } from './archives.ts'

const WITHIN = { timeout: 50_000, interval: 200 }

test('clock set ahead by days, then back by hours, while the server runs', { timeout: 240_000 }, async () => {
  const sinceMs = floorTo('1d', Date.now()) - DAY_MS
  const truth = createTruth({ seed: '1', sinceMs })
  const simulator = await startSimulator(['--since', new Date(sinceMs).toISOString()])
  const { archive, clock, follow, close } = await openTestArchive('embedded', Date.now())
  let byMs = 0
  // The archive's clock is the one that is set.
  Object.defineProperty(clock, 'nowMs', { get: () => Date.now() + byMs })
  const ours = { now: () => clock.nowMs }
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const market = await follow({ source: 'coinbase', pair: 'BTC-USD' })
  const provider = new ExchangeProvider(coinbase, {
    baseUrl: simulator.url,
    feedUrl: null,
    requestsPerSecond: 50,
    keepRaw: () => {},
    clock: ours,
    log,
  })
  const ingest = startIngest({
    archive,
    providers: [provider],
    clock: ours,
    sampleSeconds: 1,
    settling: defaultSettling,
    minuteDays: 2,
    log,
  })
  const closedMs = () => floorTo('1m', Date.now() - 5000)
  const minutes = () => archive.candles(market, '1m', sinceMs, Date.now() + 30 * DAY_MS, 100_000)
  const hasAll = async () => {
    const rows = await minutes()
    const expected = truth.rows('BTC-USD', '1m', sinceMs, closedMs())
    expect(rows.slice(0, expected.length)).toEqual(expected)
  }
  const sampledMs = async () => Date.parse((await archive.prices(clock.nowMs))[0]!.as_of)
  try {
    await vi.waitFor(hasAll, WITHIN)

    byMs = 3 * DAY_MS
    await vi.waitFor(() => expect(lines.join('')).toMatch(/clock was set ahead by 72 h/), WITHIN)
    const ahead = await sampledMs()
    await vi.waitFor(async () => expect(await sampledMs()).toBeGreaterThan(ahead), WITHIN)

    byMs = -2 * HOUR_MS
    await vi.waitFor(() => expect(lines.join('')).toMatch(/clock was set back by 74 h/), WITHIN)

    byMs = 0
    await vi.waitFor(() => expect(lines.join('')).toMatch(/clock was set ahead by (2 h|120 min)/), WITHIN)
    await vi.waitFor(hasAll, WITHIN)
    const later = await sampledMs()
    await vi.waitFor(async () => expect(await sampledMs()).toBeGreaterThan(later), WITHIN)

    const rows = await minutes()
    expect(rows.at(-1)!.startMs + MINUTE_MS).toBeLessThanOrEqual(Date.now())
    expect(rows.map(({ startMs }) => startMs)).toEqual(
      rows.map(({ startMs }) => startMs).toSorted((a, b) => a - b),
    )
    // No place of the future, or of what the source had not closed yet, counts as read.
    const coverage = await archive.coverage()
    for (const interval of STORED_INTERVALS)
      for (const slice of coverage.filter((one) => one.interval === interval))
        expect(slice.readToMs).toBeLessThanOrEqual(Date.now())
    expect((await archive.verify(market)).faults).toEqual([])
  } finally {
    await ingest.stop()
    await close()
    await simulator.stop()
  }
})
