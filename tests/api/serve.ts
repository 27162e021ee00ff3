/**
 * The API over real HTTP on an archive of an embedded database, without ingest: what it holds, the tests write
 * themselves, by the archive's own door.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import type { CandleRow } from '../../core/candle/row.ts'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { BackfillProgress } from '../../core/wire/api.ts'
import { loadAppFiles } from '../../server/api/app-files.ts'
import { createApi } from '../../server/api/api.ts'
import { loadDocs } from '../../server/api/docs.ts'
import { loadGuide } from '../../server/api/guide.ts'
import { createHotChunks } from '../../server/api/hot-chunks.ts'
import { listen, type Limits } from '../../server/api/listen.ts'
import { createLiveHub, type LiveHub } from '../../server/api/live.ts'
import { createMetrics } from '../../server/api/metrics.ts'
import { MOST_ORDERS } from '../../server/api/owner.ts'
import { createPlainLive } from '../../server/api/plain-live.ts'
import { securityHeaders } from '../../server/api/security.ts'
import { openArchive } from '../../server/archive/open.ts'
import type { Archive } from '../../server/archive/types.ts'
import type { BackupStatus } from '../../server/backups/schedule.ts'
import { createOperations } from '../../server/control/operations.ts'
import { UnknownSourceError, type Sources } from '../../server/sources.ts'
import { openLogos } from '../../server/logos.ts'
import { createOwner, type Owner } from '../../server/owner/owner.ts'
import type { PhonesStatus } from '../../server/phones/phones.ts'
import { createProxies } from '../../server/proxies.ts'
import { openDatabase } from '../../server/db/open.ts'
import { newDataDir } from '../database/folder.ts'
import type { Clock } from '../../server/clock.ts'
import type { ProviderHealth } from '../../server/providers/types.ts'
import { defaultSettling } from '../../server/settling.ts'

export const ADMIN_TOKEN = 'a-token-of-more-than-24-characters'
/** The clock of these tests stands still. */
export const NOW_MS = Date.UTC(2024, 2, 10, 12)

export interface TestServer {
  readonly url: string
  readonly port: number
  readonly archive: Archive
  readonly live: LiveHub
  readonly owner: Owner
  stop(): Promise<void>
}

interface ServeOptions {
  /** Another clock than the one that stands still. */
  readonly clock?: Clock
  /** Folder of the built app, where it is wanted. */
  readonly app?: string | null
  /** How sources stand, as the figures show them. */
  readonly sources?: () => readonly ProviderHealth[]
  /** Where markets are looked for and read again; there is none where not given. */
  readonly exchange?: Sources
  /** How far reading is, where it is not what the archive holds. */
  readonly backfill?: () => Promise<readonly BackfillProgress[]>
  /** As browsers see it. */
  readonly address?: string
  readonly trustedProxies?: readonly string[]
  readonly adminToken?: string | null
  readonly mostOrders?: number
  readonly backups?: BackupStatus | null
  /** https for phones, as it is told; off where not given. */
  readonly phones?: PhonesStatus | null
  /** Shorter times than a client is really given. */
  readonly limits?: Partial<Limits>
}

const NO_EXCHANGE: Sources = {
  list: [],
  searchable: [],
  need: async (source) =>
    Promise.reject(new UnknownSourceError(source, { code: 'no-source', source, near: [] })),
  close: async () => {},
}

export async function serveArchive({
  clock = { now: () => NOW_MS },
  app = null,
  sources = () => [],
  limits = {},
  address = 'http://localhost',
  trustedProxies = [],
  adminToken = ADMIN_TOKEN,
  mostOrders = MOST_ORDERS,
  backups = null,
  phones = null,
  exchange = NO_EXCHANGE,
  backfill: given,
}: ServeOptions = {}): Promise<TestServer> {
  const dataDir = await newDataDir()
  const log = pino({ level: 'silent' })
  const database = await openDatabase({ dataDir, databaseUrl: null })
  const owner = createOwner(database, clock)
  const archive = await openArchive(database, {
    clock,
    settling: defaultSettling,
    sampleSeconds: 60,
    simulated: false,
  })
  const live = createLiveHub(archive)
  const security = securityHeaders(address)
  const backfill = given ?? (() => archive.progress(clock.now()))
  const metrics = createMetrics({
    archive,
    live,
    sources,
    backfill,
    clock,
    version: '1.2.3',
    dataDir,
    backups: async () => backups,
  })
  const chunks = createHotChunks(archive, metrics, security)
  const api = createApi({
    archive,
    live,
    chunks,
    backfill,
    files: await loadAppFiles(app ?? join(dataDir, 'no-app')),
    logos: await openLogos({ dataDir, ownUrl: null, clock, log }),
    docs: await loadDocs(),
    guide: await loadGuide(),
    operations: createOperations({
      archive,
      sources: exchange,
      ingest: () => null,
      minuteDays: 365,
      clock,
      logos: null,
      owner,
      address: () => 'http://localhost:8000',
      phones: () => null,
    }),
    phones: () => phones && { status: () => phones },
    metrics,
    quotes: ['USD', 'EUR', 'CHF'],
    adminToken,
    counts: null,
    owner,
    address,
    proxies: createProxies(trustedProxies),
    mostOrders,
    security,
    clock,
    log,
  })
  const listening = await listen(api, {
    host: '127.0.0.1',
    port: 0,
    tls: null,
    security,
    direct: [chunks.answer, createPlainLive({ live, metrics, security, log })],
    metrics,
    limits,
  })
  return {
    url: `http://127.0.0.1:${listening.port}`,
    port: listening.port,
    archive,
    live,
    owner,
    stop: async () => {
      live.close()
      await listening.stop(1_000)
      // A test may have closed it already.
      await archive.close().catch(() => {})
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** A candle that only its place decides, so that a test knows what to expect. */
export function candleAt(startMs: number): CandleRow {
  const cents = 1_000_000 + ((startMs / 60_000) % 5_000)
  const price = (offset: number) => String((cents + offset) / 100)
  return { startMs, open: price(0), high: price(30), low: price(-10), close: price(20), volume: '1.5' }
}

export async function addMarket(archive: Archive, text: string): Promise<MarketId> {
  const { id, source, base, quote } = parseMarketId(text)
  const market = { id, source, base, quote, name: base, tick: '0.01', minutesFromMs: null } as const
  await archive.putMarket({ ...market, status: 'live' })
  return id
}

/** Reads every slice of [fromMs, toMs) from a source that had all of it. */
export async function readAll(
  archive: Archive,
  market: MarketId,
  interval: StoredInterval,
  fromMs: number,
  toMs: number,
  readAtMs = NOW_MS,
): Promise<void> {
  const step = INTERVAL_MS[interval]
  const sliceMs = 300 * step
  for (let slice = Math.floor(fromMs / sliceMs) * sliceMs; slice < toMs; slice += sliceMs) {
    const rows: CandleRow[] = []
    const first = Math.max(slice, fromMs)
    const end = Math.min(slice + sliceMs, toMs)
    for (let startMs = first; startMs < end; startMs += step) rows.push(candleAt(startMs))
    await archive.applyReading({
      market,
      interval,
      fromMs: slice,
      toMs: slice + sliceMs,
      readToMs: end,
      readAtMs,
      rows,
      refused: [],
    })
  }
}

/** Seals whatever is ready. */
export async function sealAll(archive: Archive, nowMs = NOW_MS): Promise<void> {
  while (await archive.sealNext(nowMs));
}
