/**
 * The server: archive, ingest, API and control socket of one process, in the order in which they start and stop.
 */
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import { addressOf } from './address.ts'
import { loadAppFiles } from './api/app-files.ts'
import { createApi, createUpApi } from './api/api.ts'
import type { Api } from './api/context.ts'
import { loadDocs } from './api/docs.ts'
import { createHotChunks } from './api/hot-chunks.ts'
import { listen, type Listening, type ListenOptions } from './api/listen.ts'
import { createLiveHub } from './api/live.ts'
import { createMetrics } from './api/metrics.ts'
import { MOST_ORDERS } from './api/owner.ts'
import { createPlainLive } from './api/plain-live.ts'
import { securityHeaders } from './api/security.ts'
import { openArchive } from './archive/open.ts'
import type { Archive, Market, SettlingMs } from './archive/types.ts'
import { startBackups } from './backups/schedule.ts'
import { systemClock, type Clock } from './clock.ts'
import type { Config, Role } from './config.ts'
import { createOperations } from './control/operations.ts'
import { controlSocketPath, serveControl } from './control/socket.ts'
import { openDatabase } from './db/open.ts'
import { tellOutages } from './db/outage.ts'
import { loadGuide } from './api/guide.ts'
import { createLog } from './log.ts'
import { secretsOf } from './secrets.ts'
import { defaultSettling } from './settling.ts'
import { openLogos } from './logos.ts'
import { createOwner, linkPath, type Owner } from './owner/owner.ts'
import { thisMachine, type Machine } from './phones/machine.ts'
import { openPhones, type Phones, type PhonesStatus } from './phones/phones.ts'
import { createProxies } from './proxies.ts'
import { warnOfUnknownName } from './public-name.ts'
import { readAlone } from './reading.ts'
import { readBeside } from './share/share.ts'
import { UnknownSourceError, type Sources } from './sources.ts'
import { loadTls } from './tls.ts'
import { VERSION } from './version.ts'

/** Running requests have this long to end at a stop. */
const STOP_DEADLINE_MS = 8_000

export interface RunningServer {
  /** As browsers see it. */
  readonly address: string
  readonly port: number
  /** Address, database, sources and data folder, for people. */
  readonly lines: readonly string[]
  /** https for the phones of this network, where it is served. */
  readonly phones: PhonesStatus | null
  stop(): Promise<void>
}

/** What tests and simulations put in place of the default. */
export interface ServerParts {
  readonly clock?: Clock
  readonly settling?: SettlingMs
  readonly log?: Logger
  readonly machine?: () => Machine
}

/** The server cannot start, for a reason that its owner can mend. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/**
 * @throws ConfigError when a file of the certificate cannot serve
 * @throws StartError when the address is taken
 * @throws Error when the data folder or the database cannot be used
 */
export async function startServer(config: Config, parts: ServerParts = {}): Promise<RunningServer> {
  const { clock = systemClock, settling = defaultSettling, machine = thisMachine } = parts
  const { log = createLog(config.logLevel, secretsOf(config)) } = parts
  // First of all: nothing has been opened yet that would have to be closed again.
  const tls = config.tls && loadTls(config.tls, clock.now())
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const place = { dataDir: config.dataDir, databaseUrl: config.databaseUrl }
  const database = tellOutages(await openDatabase(place), log)
  const { sampleSeconds, simulated, minuteDays, rawDays, retention } = config
  const archive = await openArchive(database, {
    clock,
    settling,
    sampleSeconds,
    simulated,
    rawDays,
    retention,
    minuteDays,
  })
  const running: (() => Promise<void>)[] = []
  // All at once, since each takes its time and together they have ten seconds; what they write to comes last.
  const stopAll = async () => {
    try {
      await Promise.all(running.splice(0).map((end) => end()))
    } finally {
      await archive.close()
    }
  }
  try {
    const ownUrl = config.sources['coingecko']?.baseUrl ?? null
    const logos = await openLogos({ dataDir: config.dataDir, ownUrl, clock, log })
    running.push(() => logos.close())
    const own = { config, archive, clock, settling, logos, log }
    const reading = database.listen ? await readBeside({ ...own, database }) : readAlone(own)
    running.push(() => reading.stop())
    const { sources } = reading
    if (config.role !== 'api') await trackAtFirstStart(config, archive, sources, log)
    let phones: Phones | null = null
    const owner = createOwner(database, clock)
    let address = addressOf(config, config.port)
    const operations = createOperations({
      archive,
      sources,
      ingest: () => reading,
      minuteDays,
      clock,
      logos,
      owner,
      address: () => address,
      phones: () => phones,
    })
    const security = securityHeaders(address)
    const [files, docs, guide] = await Promise.all([loadAppFiles(config.appDir), loadDocs(), loadGuide()])
    const live = createLiveHub(archive)
    const { adminToken, quotes } = config
    const backfill = async () => (await reading.status())?.backfill ?? archive.progress(clock.now())
    // Of several processes those that read the sources make them.
    const backups =
      config.role === 'api' ? null : config.backups && startBackups(config.backups, { archive, clock, log })
    if (backups) running.push(() => backups.stop())
    const metrics = createMetrics({
      archive,
      live,
      sources: reading.health,
      backfill,
      clock,
      version: VERSION,
      dataDir: config.dataDir,
      backups: async () => (backups ? backups.status() : null),
    })
    const chunks = createHotChunks(archive, metrics, security)
    const proxies = createProxies(config.trustedProxies)
    const common = { archive, metrics, proxies, security, log }
    const app = {
      ...common,
      live,
      chunks,
      backfill,
      files,
      logos,
      docs,
      guide,
      phones: () => phones,
      operations,
      quotes,
      counts: reading.counts,
      adminToken,
      owner,
      address,
      mostOrders: MOST_ORDERS,
      clock,
    }
    const isServing = config.role !== 'ingest'
    const api = isServing ? createApi(app) : createUpApi(common)
    const direct = isServing ? [chunks.answer, createPlainLive({ live, metrics, security, log })] : []
    const door = { security, direct, metrics }
    const listening = await listenAt(api, { ...config, tls, ...door })
    running.push(async () => live.close())
    running.push(() => listening.stop(STOP_DEADLINE_MS))
    if (isServing && !address.startsWith('https:')) {
      const host = /^(localhost|127\.|::1$|::$|0\.0\.0\.0$)/.test(config.host) ? null : config.host
      phones = await openPhones({
        dataDir: config.dataDir,
        serve: (options) => listen(api, { host, ...options, ...door }),
        security,
        only: host,
        clock,
        log,
        machine,
      })
      const opened = phones
      running.push(() => opened.close(STOP_DEADLINE_MS))
    }

    const socket = controlSocketPath(config.dataDir)
    if (socket) running.push(await serveControl(socket, operations, log))
    else
      log.warn(
        `the path of ${config.dataDir} is too long for a control socket: the command line works only while the server is stopped`,
      )

    await reading.start()
    const warm = async () => {
      await files.warm()
      await docs.warm()
    }
    warm().catch((error: unknown) => log.error({ err: error }, 'the app could not be compressed'))
    address = addressOf(config, listening.port)
    if (isServing && config.publicUrl !== null) void warnOfUnknownName(config.publicUrl, log)
    const first = isServing ? await signInLine(owner, config.role, address) : []
    return {
      address,
      port: listening.port,
      phones: phones?.status() ?? null,
      lines: [
        ...describe(config, sources, database.description, address, listening),
        ...phonesLine(phones),
        ...first,
      ],
      stop: stopAll,
    }
  } catch (error) {
    await stopAll()
    throw error
  }
}

/** How the owner gets in, as long as nobody has; the link of another process that serves stays valid. */
async function signInLine(owner: Owner, role: Role, address: string): Promise<readonly string[]> {
  if (await owner.isKnown()) return []
  const link = role === 'all' ? await owner.link() : await owner.firstLink()
  return [
    link
      ? `Owner:    ${address}${linkPath(link.token)} (once, within an hour)`
      : 'Owner:    the link that another process has printed within the hour, or a new one: crypto-tracker owner link',
  ]
}

async function listenAt(api: Api, options: ListenOptions): Promise<Listening> {
  const { host, port } = options
  try {
    return await listen(api, options)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason =
      code === 'EADDRINUSE'
        ? `port ${port} is in use: stop what uses it, or set PORT to another one`
        : `cannot listen at ${host}:${port} (${message}): set HOST and PORT`
    throw new StartError(reason, { cause: error })
  }
}

/** MARKETS counts at the first start; later the archive knows what is tracked. */
async function trackAtFirstStart(
  config: Config,
  archive: Archive,
  sources: Sources,
  log: Logger,
): Promise<void> {
  if ((await archive.markets()).length > 0) return
  const markets: Market[] = []
  for (const { id, source, base, quote } of config.markets) {
    try {
      await sources.need(source)
    } catch (error) {
      if (!(error instanceof UnknownSourceError)) throw error
      log.warn(`${id} is not tracked: ${error.message}. The other markets run.`)
      continue
    }
    const minutesFromMs = config.minutesFromMs[id] ?? null
    markets.push({ id, source, base, quote, name: base, tick: null, status: 'live', minutesFromMs })
  }
  if (markets.length > 0) await archive.putMarkets(markets)
}

function phonesLine(phones: Phones | null): readonly string[] {
  const status = phones?.status()
  if (status) return [`Phones:   ${status.addresses[0]} (how a phone comes to trust it: ${status.guide})`]
  return phones?.trouble ? [`Phones:   no https: ${phones.trouble}`] : []
}

function describe(
  config: Config,
  { list }: Sources,
  database: string,
  address: string,
  listening: Listening,
): readonly string[] {
  const sources = list.map((provider) => {
    const set = config.sources[provider.source]
    const { baseUrl, feedUrl } = set ?? {}
    const { requestsPerSecond } = provider.health()
    const place = baseUrl ? `at ${baseUrl}` : set ? 'at its public address' : 'through ccxt'
    return `${provider.source} ${place} (at most ${Number(requestsPerSecond.toFixed(3))} requests a second; prices ${feedUrl ? `by ${feedUrl}` : 'polled'})`
  })
  const roles = {
    all: 'all',
    api: 'api: serves, and reads no source',
    ingest: 'ingest: reads sources, and serves no app',
  }
  return [
    ...(config.role === 'all' ? [] : [`Role:     ${roles[config.role]}`]),
    `Address:  ${address} (listening at ${listening.host}, port ${listening.port})`,
    `Database: ${database}`,
    `Sources:  ${sources.join(', ') || 'none'}${config.simulated ? ' — simulated data' : ''}`,
    `Data in:  ${resolve(config.dataDir)}`,
  ]
}
