/**
 * The configuration: environment variables checked once at the start, never read again elsewhere.
 * Fields that only programs set (the demo, tests) have no variable.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Retention } from './archive/kept.ts'
import type { BackupPlan } from './backups/schedule.ts'
import { isNetwork } from './proxies.ts'
import { isStoredInterval, type StoredInterval } from '../core/time/interval.ts'
import { MarketIdError, parseMarketId, type MarketId, type MarketName } from '../core/market.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

export interface SourceConfig {
  /** null = the public service of the key's plan. */
  readonly baseUrl: string | null
  /** Address of its WebSocket; null = prices are only polled. */
  readonly feedUrl: string | null
  /** null = what the plan allows. */
  readonly requestsPerSecond: number | null
  readonly apiKey?: string | null
}

/** Paths of PEM files. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

export interface Config {
  readonly host: string
  /** 0 lets the operating system choose. */
  readonly port: number
  /** Its address as browsers see it; null = `http://localhost:PORT`, or https with `tls`. */
  readonly publicUrl: string | null
  /** null = plain http. */
  readonly tls: TlsFiles | null
  /** Addresses and networks of proxies whose word of a client is believed; see `proxies.ts`. */
  readonly trustedProxies: readonly string[]
  readonly dataDir: string
  /** null = embedded. */
  readonly databaseUrl: string | null
  readonly role: Role
  /** Tracked at the first start. */
  readonly markets: readonly MarketName[]
  /** Currencies in which coins are priced where a source prices each in dozens. */
  readonly quotes: readonly string[]
  readonly sampleSeconds: number
  readonly rawDays: number
  readonly retention: Retention
  /** null = none by schedule. */
  readonly backups: BackupPlan | null
  readonly sources: Readonly<Record<string, SourceConfig>>
  readonly adminToken: string | null
  readonly logLevel: LogLevel

  // Set by programs only
  /** The mark "simulated data" is shown. */
  readonly simulated: boolean
  /** How many days of minutes are wanted where a market says nothing else. */
  readonly minuteDays: number
  /** Minutes are wanted from this instant on, for single markets at the first start. */
  readonly minutesFromMs: Readonly<Record<MarketId, number>>
  /** Folder of the built app. */
  readonly appDir: string
}

/** A variable that cannot be used; the start stops with this message. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly variable: string

  constructor(variable: string, given: string | null, accepted: string) {
    super(`${variable}${given === null ? '' : ` is "${given.slice(0, 120)}"`}: ${accepted}`)
    this.variable = variable
  }
}

const DEFAULT_MARKETS = [
  ...['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'ADA', 'LINK', 'LTC'].map((base) => `coinbase:${base}-USD`),
  ...['BTC', 'ETH'].map((base) => `coinbase:${base}-EUR`),
]

/** What a process does: `api` serves and reads no source, `ingest` reads sources and serves no app. */
const ROLES = ['all', 'api', 'ingest'] as const
export type Role = (typeof ROLES)[number]

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))

const positiveNumber = (max: number) =>
  z
    .string()
    .regex(/^\d{1,9}(\.\d{1,9})?$/)
    .transform(Number)
    .pipe(z.number().positive().max(max))

const isUrl = (text: string, protocols: readonly string[]) =>
  URL.canParse(text) && protocols.includes(new URL(text).protocol)

/** An address that is printed, logged and kept beside answers: a password in it would be everywhere. */
const urlOf = (protocols: readonly string[]) =>
  z.string().refine((text) => isUrl(text, protocols) && !USER.test(text))

const USER = /\/\/[^/?#]*@/

/** Addresses of the public services. */
const PUBLIC = {
  coinbase: { url: 'https://api.exchange.coinbase.com', feed: 'wss://ws-feed.exchange.coinbase.com' },
  kraken: { url: 'https://api.kraken.com', feed: 'wss://ws.kraken.com/v2' },
  binance: { url: 'https://api.binance.com', feed: 'wss://stream.binance.com:9443/ws' },
  bitstamp: { url: 'https://www.bitstamp.net', feed: 'wss://ws.bitstamp.net' },
} as const

const httpUrl = urlOf(['http:', 'https:']).transform((text) => text.replace(/\/+$/, ''))

/** The identifiers of a comma-separated list, each once, in their order. */
const marketList = z.string().transform((text, context) => {
  const names = new Map<MarketId, MarketName>()
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue
    try {
      const name = parseMarketId(part)
      names.set(name.id, name)
    } catch (error) {
      if (!(error instanceof MarketIdError)) throw error
      context.addIssue({ code: 'custom', message: error.message })
      return z.NEVER
    }
  }
  return [...names.values()]
})

/** The currencies of a comma-separated list, each once. */
const currencyList = z
  .string()
  .regex(/^\s*[A-Za-z0-9]{2,16}(\s*,\s*[A-Za-z0-9]{2,16})*\s*,?\s*$/)
  .transform((text) => [
    ...new Set(
      text
        .split(',')
        .map((quote) => quote.trim().toUpperCase())
        .filter((quote) => quote !== ''),
    ),
  ])

/** The networks of a comma-separated list. */
const networkList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((network) => network.trim())
      .filter((network) => network !== ''),
  )
  .refine((networks) => networks.every(isNetwork))

/** Shorter, and it would reach into the days that are kept as rows. */
const SHORTEST_RETENTION_DAYS = 31

/** `1m=730d,1h=3650d`. */
const retentionOf = z.string().transform((text, context): Retention => {
  const days = new Map<StoredInterval, number>()
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [, interval = '', count = ''] = /^(\w+)=(\d{1,6})d$/.exec(part) ?? []
    const isKnown = isStoredInterval(interval) && !days.has(interval)
    if (isKnown && Number(count) >= SHORTEST_RETENTION_DAYS) days.set(interval, Number(count))
    else {
      context.addIssue({ code: 'custom', message: `"${part.slice(0, 40)}" is none` })
      return z.NEVER
    }
  }
  return Object.fromEntries(days)
})

interface Variable<T> {
  readonly schema: z.ZodType<T, string>
  readonly fallback: string | null
  readonly accepted: string
  readonly secret?: true
}

const text = (accepted: string, fallback: string): Variable<string> => ({
  schema: z.string().min(1),
  fallback,
  accepted,
})

/** The fallback is the source's published limit. */
function rateOf(fallback: string | null): Variable<number> {
  return { schema: positiveNumber(10_000), fallback, accepted: 'requests a second, above 0, at most 10000' }
}

function addressOf(name: string, fallback: string | null): Variable<string> {
  const accepted = `the http(s) base address of ${name} or of a server of the same protocol, without user and password`
  return { schema: httpUrl, fallback, accepted }
}

/** Every variable: how it is read, its default, and what is accepted, in words. */
const VARIABLES = {
  HOST: {
    schema: z.string().regex(/^[A-Za-z0-9.:_-]{1,255}$/),
    fallback: '127.0.0.1',
    accepted: 'a host name or address to listen at, for example 127.0.0.1 or 0.0.0.0',
  },
  PORT: { schema: wholeNumber(0, 65535), fallback: '8000', accepted: 'a port from 0 to 65535' },
  PUBLIC_URL: {
    schema: httpUrl,
    fallback: null,
    accepted:
      'the http(s) address that browsers use, without user and password, for example https://prices.example.org',
  },
  DOMAIN: {
    schema: z.string().regex(/^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*$/),
    fallback: null,
    accepted: 'a name without https:// and port, for example prices.example.org',
  },
  TLS_CERT: { schema: z.string().min(1), fallback: null, accepted: 'the path of a PEM file' },
  TLS_KEY: { schema: z.string().min(1), fallback: null, accepted: 'the path of a PEM file' },
  TRUSTED_PROXIES: {
    schema: networkList,
    fallback: null,
    accepted:
      'addresses or networks of proxies in front, separated by commas, for example 10.0.0.7,172.18.0.0/16, or the words loopback and private',
  },
  DATA_DIR: text('a folder', './data'),
  DATABASE_URL: {
    schema: z.string().refine((text) => isUrl(text, ['postgres:', 'postgresql:'])),
    fallback: null,
    accepted:
      'postgres://USER:PASSWORD@HOST:PORT/DATABASE (PostgreSQL 14 or newer), or unset for the embedded one',
    secret: true,
  },
  ROLE: { schema: z.enum(ROLES), fallback: 'all', accepted: `one of ${ROLES.join(', ')}` },
  MARKETS: {
    schema: marketList,
    fallback: DEFAULT_MARKETS.join(','),
    accepted: 'identifiers separated by commas, for example coinbase:BTC-USD,coinbase:ETH-EUR',
  },
  QUOTES: {
    schema: currencyList,
    fallback: 'USD,EUR',
    accepted: 'currencies separated by commas, for example USD,EUR,BTC',
  },
  SAMPLE_SECONDS: { schema: wholeNumber(1, 3600), fallback: '60', accepted: 'whole seconds from 1 to 3600' },
  RETENTION: {
    schema: retentionOf,
    fallback: null,
    accepted: `how long intervals are kept, each at least ${SHORTEST_RETENTION_DAYS} days, for example 1m=730d,1h=3650d; unset keeps all`,
  },
  BACKUP_DIR: {
    schema: z.string().min(1),
    fallback: null,
    accepted: 'a folder; unset makes no backups by itself',
  },
  BACKUP_HOURS: { schema: wholeNumber(1, 8760), fallback: '24', accepted: 'whole hours from 1 to 8760' },
  BACKUP_KEEP: { schema: wholeNumber(1, 10_000), fallback: '7', accepted: 'a whole number from 1 to 10000' },
  RAW_DAYS: { schema: wholeNumber(0, 3650), fallback: '30', accepted: 'whole days from 0 to 3650' },
  COINBASE_RPS: rateOf('10'),
  COINBASE_URL: addressOf('Coinbase Exchange', PUBLIC.coinbase.url),
  COINBASE_WS_URL: {
    schema: urlOf(['ws:', 'wss:']),
    fallback: null,
    accepted: 'the ws(s) address of Coinbase Exchange’s market data or of a server of the same protocol',
  },
  KRAKEN_RPS: rateOf('1'),
  KRAKEN_URL: addressOf('Kraken', PUBLIC.kraken.url),
  BINANCE_RPS: rateOf('20'),
  BINANCE_URL: addressOf('Binance', PUBLIC.binance.url),
  BITSTAMP_RPS: rateOf('10'),
  BITSTAMP_URL: addressOf('Bitstamp', PUBLIC.bitstamp.url),
  COINGECKO_RPS: rateOf(null),
  COINGECKO_URL: addressOf('CoinGecko', null),
  COINGECKO_API_KEY: {
    schema: z.string().regex(/^[\x21-\x7e]{8,256}$/),
    fallback: null,
    accepted: 'a demo or pro key of CoinGecko, without spaces',
    secret: true,
  },
  ADMIN_TOKEN: {
    schema: z.string().regex(/^[\x21-\x7e]{25,1024}$/),
    fallback: null,
    accepted: 'longer than 24 characters, without spaces (for example from: openssl rand -hex 24)',
    secret: true,
  },
  LOG_LEVEL: { schema: z.enum(LOG_LEVELS), fallback: 'info', accepted: `one of ${LOG_LEVELS.join(', ')}` },
} satisfies Record<string, Variable<unknown>>

type Name = keyof typeof VARIABLES

/** Whether a variable of this name is read. */
export function isVariable(name: string): boolean {
  return Object.hasOwn(VARIABLES, name)
}

type ValueOf<K extends Name> = z.output<(typeof VARIABLES)[K]['schema']>

/**
 * Reads the environment; unset and empty variables take their defaults.
 *
 * @throws ConfigError that names the variable, what was given (a secret is never repeated) and what is accepted
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const optional = <K extends Name>(name: K) => readVariable(env, name)
  const required = <K extends Name>(name: K) => readVariable(env, name) as ValueOf<K>
  // The name for which a proxy in front (compose.yaml) gets a certificate by itself.
  const domain = optional('DOMAIN')
  return {
    host: required('HOST'),
    port: required('PORT'),
    publicUrl: optional('PUBLIC_URL') ?? (domain === null ? null : `https://${domain.toLowerCase()}`),
    tls: tlsFiles(optional('TLS_CERT'), optional('TLS_KEY')),
    trustedProxies: optional('TRUSTED_PROXIES') ?? [],
    dataDir: required('DATA_DIR'),
    databaseUrl: optional('DATABASE_URL'),
    role: roleOf(required('ROLE'), optional('DATABASE_URL')),
    markets: required('MARKETS'),
    quotes: required('QUOTES'),
    sampleSeconds: required('SAMPLE_SECONDS'),
    rawDays: required('RAW_DAYS'),
    retention: optional('RETENTION') ?? {},
    backups: backupPlan(optional('BACKUP_DIR'), required('BACKUP_HOURS'), required('BACKUP_KEEP')),
    sources: {
      coinbase: sourceOf(
        'coinbase',
        required('COINBASE_URL'),
        required('COINBASE_RPS'),
        optional('COINBASE_WS_URL'),
      ),
      kraken: sourceOf('kraken', required('KRAKEN_URL'), required('KRAKEN_RPS')),
      binance: sourceOf('binance', required('BINANCE_URL'), required('BINANCE_RPS')),
      bitstamp: sourceOf('bitstamp', required('BITSTAMP_URL'), required('BITSTAMP_RPS')),
      coingecko: {
        baseUrl: optional('COINGECKO_URL'),
        feedUrl: null,
        requestsPerSecond: optional('COINGECKO_RPS'),
        apiKey: optional('COINGECKO_API_KEY'),
      },
    },
    adminToken: optional('ADMIN_TOKEN'),
    logLevel: required('LOG_LEVEL'),
    simulated: false,
    minuteDays: 365,
    minutesFromMs: {},
    appDir: 'build',
  }
}

/** The embedded database has one process, which does everything. */
function roleOf(role: Role, databaseUrl: string | null): Role {
  if (role === 'all' || databaseUrl !== null) return role
  throw new ConfigError(
    'ROLE',
    role,
    'the embedded database takes one process only; accepted is all, or DATABASE_URL with it (PostgreSQL 14 or newer, which several processes share)',
  )
}

function backupPlan(folder: string | null, everyHours: number, keep: number): BackupPlan | null {
  return folder === null ? null : { folder, everyHours, keep }
}

function tlsFiles(cert: string | null, key: string | null): TlsFiles | null {
  if (cert !== null && key !== null) return { cert, key }
  if (cert === null && key === null) return null
  const [given, missing] = cert === null ? ['TLS_KEY', 'TLS_CERT'] : ['TLS_CERT', 'TLS_KEY']
  throw new ConfigError(missing!, null, `${given} is given without it; accepted are both, or neither`)
}

/** The public socket goes with the public service only: real prices have no place among those of another server. */
function sourceOf(
  source: keyof typeof PUBLIC,
  baseUrl: string,
  requestsPerSecond: number,
  ownFeedUrl: string | null = null,
): SourceConfig {
  const { url, feed } = PUBLIC[source]
  return { baseUrl, feedUrl: ownFeedUrl ?? (baseUrl === url ? feed : null), requestsPerSecond }
}

function readVariable<K extends Name>(env: NodeJS.ProcessEnv, name: K): ValueOf<K> | null {
  const variable: Variable<unknown> = VARIABLES[name]
  const given = (variable.secret && secretFromFile(env, name)) || env[name]?.trim() || variable.fallback
  if (given === null) return null
  const result = variable.schema.safeParse(given)
  if (result.success) return result.data as ValueOf<K>
  const own = result.error.issues.find(
    (issue) => issue.code === 'custom' && issue.message !== 'Invalid input',
  )
  const accepted = `accepted is ${variable.accepted}`
  throw new ConfigError(
    name,
    variable.secret ? null : given.replace(USER, '//…@'),
    own ? `${own.message} (${accepted})` : accepted,
  )
}

/** `X_FILE` is the path of a file that holds the secret `X`. */
function secretFromFile(env: NodeJS.ProcessEnv, name: string): string | null {
  const path = env[`${name}_FILE`]?.trim()
  if (!path) return null
  if (env[name]?.trim()) {
    throw new ConfigError(`${name}_FILE`, path, `${name} is given as well; accepted is one of the two`)
  }
  let content: string
  try {
    content = readFileSync(path, 'utf8').trim()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(
      `${name}_FILE`,
      path,
      `the file cannot be read (${reason}); accepted is a path of one`,
    )
  }
  if (content === '')
    throw new ConfigError(`${name}_FILE`, path, `the file is empty; accepted is ${name} in it`)
  return content
}
