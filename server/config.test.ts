import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'

const TOKEN = 'a-token-of-more-than-24-characters'

describe('the configuration', () => {
  test('has a default for every variable', () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      publicUrl: null,
      dataDir: './data',
      databaseUrl: null,
      role: 'all',
      sampleSeconds: 60,
      rawDays: 30,
      retention: {},
      backups: null,
      adminToken: null,
      logLevel: 'info',
      simulated: false,
      minuteDays: 365,
    })
    expect(config.sources['coinbase']).toEqual({
      baseUrl: 'https://api.exchange.coinbase.com',
      feedUrl: 'wss://ws-feed.exchange.coinbase.com',
      requestsPerSecond: 10,
    })
    expect(config.markets.map(({ id }) => id)).toEqual([
      'coinbase:BTC-USD',
      'coinbase:ETH-USD',
      'coinbase:SOL-USD',
      'coinbase:XRP-USD',
      'coinbase:DOGE-USD',
      'coinbase:ADA-USD',
      'coinbase:LINK-USD',
      'coinbase:LTC-USD',
      'coinbase:BTC-EUR',
      'coinbase:ETH-EUR',
    ])
  })

  test('takes an empty variable as an unset one, and ignores those it does not know', () => {
    const env = {
      PORT: '',
      MARKETS: ' ',
      COINBASE_WS_URL: '',
      SOMETHING_ELSE: 'nonsense',
      RAW_HOURS: '?',
    }
    expect(readConfig(env)).toEqual(readConfig({}))
  })

  test('reads what is given', () => {
    const config = readConfig({
      HOST: '::',
      PORT: '0',
      PUBLIC_URL: 'https://prices.example.org/',
      DATABASE_URL: 'postgres://u:p@localhost/db',
      MARKETS: 'coinbase:BTC-USD, coinbase:SHIB-USD,coinbase:BTC-USD,',
      COINBASE_URL: 'http://127.0.0.1:4000/',
      COINBASE_RPS: '2.5',
      TRUSTED_PROXIES: 'loopback, 172.18.0.0/16',
      BACKUP_DIR: '/backups',
      BACKUP_HOURS: '6',
      ADMIN_TOKEN: TOKEN,
    })
    expect(config).toMatchObject({ host: '::', port: 0, adminToken: TOKEN })
    expect(config.backups).toEqual({ folder: '/backups', everyHours: 6, keep: 7 })
    expect(config.trustedProxies).toEqual(['loopback', '172.18.0.0/16'])
    expect(config.publicUrl).toBe('https://prices.example.org')
    expect(config.markets.map(({ id }) => id)).toEqual(['coinbase:BTC-USD', 'coinbase:SHIB-USD'])
    expect(config.sources['coinbase']).toEqual({
      baseUrl: 'http://127.0.0.1:4000',
      feedUrl: null,
      requestsPerSecond: 2.5,
    })
  })

  test('is at https of DOMAIN, unless PUBLIC_URL says otherwise', () => {
    expect(readConfig({ DOMAIN: 'Prices.example.org' }).publicUrl).toBe('https://prices.example.org')
    const publicUrl = 'https://prices.example.org:8443'
    expect(readConfig({ DOMAIN: 'prices.example.org', PUBLIC_URL: publicUrl }).publicUrl).toBe(publicUrl)
  })

  test('takes the public socket beside the public address only, and any that is given', () => {
    const feedUrl = (env: Record<string, string>) => readConfig(env).sources['coinbase']?.feedUrl
    expect(feedUrl({ COINBASE_URL: 'http://127.0.0.1:4000' })).toBeNull()
    expect(feedUrl({ COINBASE_WS_URL: 'ws://127.0.0.1:9' })).toBe('ws://127.0.0.1:9')
  })

  test.each([
    ['HOST', 'not a host', 'address to listen at'],
    ['PORT', '65536', '0 to 65535'],
    ['PORT', 'http', '0 to 65535'],
    ['PORT', '-1', '0 to 65535'],
    ['PUBLIC_URL', 'ftp://x', 'http(s) address'],
    ['DOMAIN', 'https://prices.example.org', 'without https:// and port'],
    ['DOMAIN', 'prices.example.org:443', 'without https:// and port'],
    ['MARKETS', 'coinbase:BTC-USD,bitcoin', 'SOURCE:BASE-QUOTE'],
    ['SAMPLE_SECONDS', '0', 'from 1 to 3600'],
    ['SAMPLE_SECONDS', '1e2', 'from 1 to 3600'],
    ['RAW_DAYS', '1.5', 'whole days'],
    ['BACKUP_HOURS', '0', 'from 1 to 8760'],
    ['BACKUP_KEEP', '0', 'from 1 to 10000'],
    [
      'RETENTION',
      '1m=30d',
      '"1m=30d" is none (accepted is how long intervals are kept, each at least 31 days',
    ],
    ['RETENTION', '1m=730d,4h=3650d', '"4h=3650d"'],
    ['RETENTION', '1m=730d,1m=31d', '"1m=31d"'],
    ['COINBASE_URL', 'localhost', 'http(s) base address'],
    ['COINBASE_WS_URL', 'https://x', 'ws(s) address'],
    ['TRUSTED_PROXIES', 'loopback,caddy', 'addresses or networks of proxies'],
    ['TRUSTED_PROXIES', '10.0.0.0/40', 'addresses or networks of proxies'],
    ['COINBASE_RPS', '0', 'above 0'],
    ['COINBASE_RPS', 'many', 'above 0'],
    ['LOG_LEVEL', 'loud', 'trace, debug, info'],
  ])('refuses %s=%s, naming the variable, what was given and what is accepted', (name, given, accepted) => {
    const read = () => readConfig({ [name]: given })
    expect(read).toThrow(ConfigError)
    expect(read).toThrow(name)
    expect(read).toThrow(given.split(',').at(-1))
    expect(read).toThrow(accepted)
  })

  test.each([
    ['ADMIN_TOKEN', 'too-short-secret'],
    ['DATABASE_URL', 'mysql://user:secret@localhost/db'],
  ])('never repeats the secret %s', (name, secret) => {
    const read = () => readConfig({ [name]: secret })
    expect(read).toThrow(`${name}: accepted is`)
    expect(read).not.toThrow(secret)
  })

  test('takes no password in an address that is printed, and does not repeat it', () => {
    const read = () => readConfig({ COINBASE_URL: 'https://user:secret-word@example.org' })
    expect(read).toThrow('COINBASE_URL is "https://…@example.org"')
    expect(read).not.toThrow('secret-word')
  })

  test('reads a secret from the file that X_FILE names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-config-'))
    try {
      const path = join(folder, 'token')
      await writeFile(path, `${TOKEN}\n`)
      expect(readConfig({ ADMIN_TOKEN_FILE: path }).adminToken).toBe(TOKEN)
      expect(() => readConfig({ ADMIN_TOKEN_FILE: path, ADMIN_TOKEN: TOKEN })).toThrow('one of the two')
      expect(() => readConfig({ ADMIN_TOKEN_FILE: join(folder, 'none') })).toThrow('cannot be read')
      await writeFile(path, '\n')
      expect(() => readConfig({ ADMIN_TOKEN_FILE: path })).toThrow('empty')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
