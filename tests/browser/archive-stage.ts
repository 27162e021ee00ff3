/**
 * A server in this process, on an archive that the test writes itself and whose clock it moves, behind a line that it
 * disturbs. Small, so that a device has everything within a second.
 */
import { fileURLToPath } from 'node:url'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, INTERVAL_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { Archive } from '../../server/archive/types.ts'
import type { Owner } from '../../server/owner/owner.ts'
import type { Sources } from '../../server/sources.ts'
import { addMarket, candleAt, readAll, sealAll, serveArchive } from '../api/serve.ts'
import { openLine, type Line } from './line.ts'

const BUILD = fileURLToPath(new URL('../../build', import.meta.url))

export interface ArchiveStage extends AsyncDisposable {
  readonly line: Line
  readonly market: MarketId
  readonly archive: Archive
  readonly owner: Owner
  /** The server's clock. */
  now(): number
  /** Time passes: the market's minutes close, and the server hears of them. */
  pass(minutes: number): Promise<void>
}

/**
 * @param startMs     where the server's clock stands at first
 * @param also        other markets, of which the archive holds days alone
 * @param exchange    what its sources are; none where not given
 * @param minuteDays  days of minutes that the archive holds, eight of them in the tail as well; of hours ten, of days 200
 */
export async function openArchiveStage({
  startMs = Date.now(),
  minuteDays = 20,
  also = [],
  exchange,
}: {
  readonly startMs?: number
  readonly minuteDays?: number
  readonly also?: readonly string[]
  readonly exchange?: Sources
} = {}): Promise<ArchiveStage> {
  let aheadMs = startMs - Date.now()
  const now = () => Date.now() + aheadMs
  const server = await serveArchive({ clock: { now }, app: BUILD, ...(exchange && { exchange }) })
  const { archive, owner } = server
  const market = await addMarket(archive, 'coinbase:BTC-USD')
  const others = await Promise.all(also.map((id) => addMarket(archive, id)))
  let reachedMs = floorTo(now(), MINUTE_MS)
  for (const each of [market, ...others])
    await readAll(archive, each, '1d', sliceStart('1d', now() - 200 * DAY_MS), floorTo(now(), DAY_MS), now())
  await readAll(archive, market, '1h', sliceStart('1h', now() - 10 * DAY_MS), floorTo(now(), HOUR_MS), now())
  await readAll(archive, market, '1m', sliceStart('1m', now() - minuteDays * DAY_MS), reachedMs, now())
  await sealAll(archive, now())
  const priceIt = () =>
    archive.recordSamples(
      [market, ...others].map((each) => ({
        market: each,
        atMs: now(),
        price: candleAt(reachedMs - MINUTE_MS).close,
      })),
    )
  await priceIt()
  const line = await openLine(server.url, now)
  return {
    line,
    market,
    archive,
    owner,
    now,
    async pass(minutes) {
      aheadMs += minutes * MINUTE_MS
      const toMs = floorTo(now(), MINUTE_MS)
      await readAll(archive, market, '1m', sliceStart('1m', reachedMs), toMs, now())
      reachedMs = toMs
      await priceIt()
    },
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]()
      await server.stop()
    },
  }
}

const sliceStart = (interval: StoredInterval, ms: number) => floorTo(ms, 300 * INTERVAL_MS[interval])
const floorTo = (ms: number, step: number) => Math.floor(ms / step) * step
