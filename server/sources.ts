/**
 * The sources of this program, each with the one client through which all calls to it go. A source is opened when a
 * market of it is to be followed or looked for.
 */
import type { Logger } from 'pino'
import { LeaseLostError } from './archive/fence.ts'
import type { Told } from '../core/wire/told.ts'
import type { Archive, Market } from './archive/types.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { DatabaseUnavailableError } from './db/database.ts'
import { nearestNames } from './ingest/nearest.ts'
import { exchangeNames } from './providers/ccxt-exchange.ts'
import { createProvider, NAMED_SOURCES } from './providers/create.ts'
import type { Provider } from './providers/types.ts'

/** What is known of a source, and what may be asked of it beside its prices and candles. */
export type Source = Omit<Provider, 'candles' | 'prices' | 'feed'>

export interface Sources<S extends Source = Source> {
  /** Those that are open. It grows. */
  readonly list: readonly S[]
  /** Those that can be searched: open ones, and those that the settings name. */
  readonly searchable: readonly string[]
  /** Opens the source, if it is not. @throws UnknownSourceError */
  need(source: string): Promise<S>
  close(): Promise<void>
}

/** There is no such source; the message names what there is. */
export class UnknownSourceError extends Error {
  override readonly name = 'UnknownSourceError'
  readonly told: Told

  constructor(message: string, told: Told) {
    super(message)
    this.told = told
  }
}

const NEAREST = 3

export interface OpenParts {
  readonly config: Config
  /** Keeps raw answers. */
  readonly archive: Archive
  readonly clock: Clock
  readonly log: Logger
  /** While it says no, nothing is asked; not there = always. */
  readonly mayAsk?: () => boolean
  /** The source takes no request for so long yet. */
  readonly pausedMs?: number
}

/**
 * Opens one source with a client of its own. Raw answers go to the archive, unless they are to be kept for no day at all;
 * one that cannot be kept is said in the log and disturbs nothing else.
 *
 * @throws UnknownSourceError
 */
export async function openSource(source: string, parts: OpenParts): Promise<Provider> {
  const { config, archive, clock, log, mayAsk, pausedMs } = parts
  const keepRaw = (answer: Parameters<Archive['keepRaw']>[0]) => {
    if (config.rawDays === 0) return
    archive.keepRaw(answer).catch((error: unknown) => {
      // That the database is out of reach, or the source another process's, is told once, by itself.
      const isTold = error instanceof DatabaseUnavailableError || error instanceof LeaseLostError
      const level = isTold ? 'debug' : 'error'
      log[level]({ err: error, source: answer.source }, `${answer.source}: a raw answer could not be kept`)
    })
  }
  if (config.simulated && !config.sources[source])
    throw new UnknownSourceError(
      `there is no source "${source}" here: simulated data never mixes with real data`,
      { code: 'simulated-alone', source },
    )
  const { quotes } = config
  const held = { ...(mayAsk && { mayAsk }), ...(pausedMs !== undefined && { pausedMs }) }
  const given = { ...UNCONFIGURED, ...config.sources[source], quotes, keepRaw, clock, log, ...held }
  const provider = await createProvider(source, given)
  if (!provider) throw await unknown(source)
  return provider
}

/** The sources of the configuration and whatever else is needed, each opened once. */
export function createSources<S extends Source>(
  config: Config,
  openOne: (source: string) => Promise<S>,
): Sources<S> {
  const list: S[] = []
  const opening = new Map<string, Promise<S>>()
  const open = async (source: string) => {
    const opened = await openOne(source)
    list.push(opened)
    return opened
  }

  return {
    list,
    get searchable() {
      return [...new Set([...Object.keys(config.sources), ...list.map(({ source }) => source)])]
    },
    need: (source) => {
      const known = opening.get(source)
      if (known) return known
      const opened = open(source)
      opening.set(source, opened)
      opened.catch(() => opening.delete(source))
      return opened
    },
    close: async () => {
      await Promise.all(list.map((provider) => provider.close()))
    },
  }
}

/** Opens the sources of these markets; one that is none any more is told by whoever follows. */
export async function openFollowed(
  sources: Sources,
  markets: readonly { readonly source: string; readonly status?: Market['status'] }[],
  log: Logger,
): Promise<void> {
  const asked = markets.filter(({ source, status }) => source !== 'csv' && status !== 'imported')
  for (const source of new Set(asked.map((market) => market.source)))
    await sources.need(source).catch((error: unknown) => {
      if (!(error instanceof UnknownSourceError)) throw error
      log.debug(error.message)
    })
}

const UNCONFIGURED = { baseUrl: null, feedUrl: null, requestsPerSecond: null }

async function unknown(source: string): Promise<UnknownSourceError> {
  if (source === 'csv')
    return new UnknownSourceError(
      'csv: names imported series, which have no source to ask: use "crypto-tracker import"',
      { code: 'imported-alone' },
    )
  const near = nearestNames(source, await exchangeNames(), NEAREST)
  return new UnknownSourceError(
    `there is no source "${source}" with candles: ${NAMED_SOURCES.join(', ')} and the other exchanges that ccxt knows${near.length > 0 ? `; near: ${near.join(', ')}` : ''}`,
    { code: 'no-source', source, near },
  )
}
