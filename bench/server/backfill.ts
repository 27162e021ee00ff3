/**
 * How much of a source's own limit backfill uses: the real ingest against a simulated exchange that refuses what is beyond
 * the limit, near (20 ms there and back) and far (150 ms).
 */
import { pino } from 'pino'
import { parseMarketId } from '../../core/market.ts'
import { systemClock } from '../../server/clock.ts'
import { readConfig } from '../../server/config.ts'
import { startIngest } from '../../server/ingest/start.ts'
import { createProvider } from '../../server/providers/create.ts'
import { defaultSettling } from '../../server/settling.ts'
import { startSimulator } from '../../simulator/start.ts'
import { openTestArchive } from '../../tests/database/archives.ts'
import type { Measurement } from '../measurement.ts'

const SOURCES = ['coinbase', 'binance'] as const
const LATENCIES_MS = [20, 150]
/** The limiter knows the way after 500 answers. */
const WARM_UP_ANSWERS = 520
const MEASURED_MS = 30_000

type Source = (typeof SOURCES)[number]

interface Stats {
  readonly requests: number
  readonly refused: number
}

export async function backfill(): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const source of SOURCES)
    for (const latencyMs of LATENCIES_MS) measured.push(...(await measure(source, latencyMs)))
  return measured
}

async function measure(source: Source, latencyMs: number): Promise<Measurement[]> {
  const limit = readConfig(process.env).sources[source]!.requestsPerSecond!
  const flags = ['--protocol', source, '--latency', String(latencyMs), '--rps', String(limit)]
  const simulator = await startSimulator(flags)
  const on = await openTestArchive('embedded', Date.now())
  const log = pino({ level: 'silent' })
  const provider = await createProvider(source, {
    baseUrl: simulator.url,
    feedUrl: null,
    requestsPerSecond: limit,
    keepRaw: () => {},
    clock: systemClock,
    log,
  })
  for (const pair of ['BTC-USD', 'ETH-USD', 'XRP-USD']) {
    const { id } = parseMarketId(`${source}:${pair}`)
    await on.follow({ id, source, pair, tick: null })
  }
  const common = { clock: systemClock, settling: defaultSettling, sampleSeconds: 60, minuteDays: 365 }
  const ingest = startIngest({ ...common, archive: on.archive, providers: [provider!], log })
  const stats = async () => (await (await fetch(`${simulator.url}/simulator/stats`)).json()) as Stats
  try {
    while ((await stats()).requests < WARM_UP_ANSWERS) await wait(500)
    const [before, from, used] = [await stats(), performance.now(), process.cpuUsage()]
    await wait(MEASURED_MS)
    const after = await stats()
    const requests = after.requests - before.requests
    const share = (100 * requests * 1000) / (limit * (performance.now() - from))
    const figure = (subject: string, value: number, unit: string): Measurement => ({
      name: 'backfill',
      subject: `${source}, ${limit} requests a second, ${latencyMs} ms: ${subject}`,
      value,
      unit,
      ratio_to: null,
      ratio: null,
      n: requests,
    })
    const { user, system } = process.cpuUsage(used)
    return [
      figure('processor time', (user + system) / 1e6 / ((performance.now() - from) / 1000), 'cores'),
      figure('of the limit', share, '%'),
      figure('refused by the source', after.refused - before.refused, 'requests'),
    ]
  } finally {
    await ingest.stop()
    await on.close()
    await simulator.stop()
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
