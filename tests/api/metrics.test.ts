import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { ProviderHealth } from '../../server/providers/types.ts'
import { ADMIN_TOKEN, addMarket, NOW_MS, readAll, sealAll, serveArchive, type TestServer } from './serve.ts'

const COINBASE: ProviderHealth = {
  source: 'coinbase',
  requestsPerSecond: 10,
  available: 3,
  pending: 2,
  failures: 1,
  requests: { answered: 41, refused: 2, 'too-many': 3, failed: 4, unreachable: 5 },
  lastError: 'coinbase: answered 500',
  lastTold: { code: 'source-status', source: 'coinbase', status: 500, words: '' },
  lastAnswer: { status: 500, atMs: NOW_MS, latencyMs: 80, clockOffsetMs: 1_500 },
  nextTryMs: NOW_MS + 8_000,
  limitedUntilMs: null,
  circuit: 'closed',
  quota: { used: 240, left: 360, told: { used: 12, limit: 30, resetsAtMs: null } },
  byPriority: {
    live: { sent: 31, waiting: 0 },
    settling: { sent: 0, waiting: 0 },
    backfill: { sent: 0, waiting: 0 },
  },
}
const BACKUPS = {
  everySeconds: 86_400,
  newest: { madeMs: NOW_MS - DAY_MS, bytes: 4_096 },
  files: 3,
  failures: 1,
}
let server: TestServer

beforeAll(async () => {
  server = await serveArchive({ sources: () => [COINBASE], backups: BACKUPS })
  const { archive } = server
  const market = await addMarket(archive, 'coinbase:BTC-USD')
  await readAll(archive, market, '1m', NOW_MS - 2 * DAY_MS, NOW_MS - 15 * MINUTE_MS)
  await readAll(archive, market, '1h', NOW_MS - DAY_MS, NOW_MS - HOUR_MS)
  await archive.quarantine('coinbase', market, NOW_MS, { startMs: null, reason: 'high < low', raw: '[]' })
  await sealAll(archive)
})
afterAll(() => server.stop())

/** Values by name with labels, `name{label="value"}`. */
async function scrape({ url } = server): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`${url}/metrics`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const text = await answer.text()
  expect(text).not.toContain(ADMIN_TOKEN)
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))]
    }),
  )
}

/** A later scrape: figures are shared for a second by those who ask together. */
async function scrapeUntil(
  holds: (figures: ReadonlyMap<string, number>) => boolean,
): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    const figures = await scrape()
    if (holds(figures)) return figures
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('the archive: rows, chunks, bytes, how far it is read and sealed, what is in quarantine', async () => {
  const figures = await scrape()
  expect(figures.get('crypto_tracker_database_up')).toBe(1)
  expect(figures.get('crypto_tracker_archive_candle_rows')).toBe(2 * 1440 - 15 + 23)
  expect(figures.get('crypto_tracker_archive_chunks{interval="1m"}')).toBeGreaterThan(0)
  expect(figures.get('crypto_tracker_archive_bytes{of="chunks"}')).toBeGreaterThan(0)
  expect(figures.get('crypto_tracker_archive_bytes{of="database"}')).toBeGreaterThan(0)
  expect(figures.get('crypto_tracker_archive_revision')).toBe(await server.archive.headRevision())
  expect(figures.get('crypto_tracker_ingest_lag_seconds{source="coinbase",interval="1m"}')).toBe(15 * 60)
  const midnight = (NOW_MS - (NOW_MS % DAY_MS)) / 1000
  expect(figures.get('crypto_tracker_sealed_to_timestamp_seconds{source="coinbase",interval="1m"}')).toBe(
    midnight,
  )
  expect(figures.get('crypto_tracker_quarantine_rows{source="coinbase"}')).toBe(1)
  expect(figures.get('crypto_tracker_history_slices{interval="1m",state="wanted"}')).toBeGreaterThan(1)
})

test('the sources: requests by how they ended, quota, failures', async () => {
  const figures = await scrape()
  for (const [outcome, count] of Object.entries(COINBASE.requests)) {
    const name = `crypto_tracker_source_requests_total{source="coinbase",outcome="${outcome}"}`
    expect(figures.get(name)).toBe(count)
  }
  expect(figures.get('crypto_tracker_source_quota_requests_per_second{source="coinbase"}')).toBe(10)
  expect(figures.get('crypto_tracker_source_quota_used_requests{source="coinbase"}')).toBe(240)
  expect(figures.get('crypto_tracker_source_quota_left_requests{source="coinbase"}')).toBe(360)
  expect(figures.get('crypto_tracker_source_quota_told{source="coinbase",of="limit"}')).toBe(30)
  expect(
    figures.get('crypto_tracker_source_priority_requests_total{source="coinbase",priority="live"}'),
  ).toBe(31)
  expect(figures.get('crypto_tracker_source_failures_in_a_row{source="coinbase"}')).toBe(1)
  expect(figures.get('crypto_tracker_source_pause_until_timestamp_seconds{source="coinbase"}')).toBe(
    NOW_MS / 1000 + 8,
  )
})

test('circuits, backups, version and room on the disk', async () => {
  const figures = await scrape()
  expect(figures.get('crypto_tracker_source_circuit{source="coinbase",state="closed"}')).toBe(1)
  expect(figures.get('crypto_tracker_source_circuit{source="coinbase",state="open"}')).toBe(0)
  expect(figures.get('crypto_tracker_backup_last_timestamp_seconds')).toBe((NOW_MS - DAY_MS) / 1000)
  expect(figures.get('crypto_tracker_backup_interval_seconds')).toBe(86_400)
  expect(figures.get('crypto_tracker_backup_last_bytes')).toBe(4_096)
  expect(figures.get('crypto_tracker_backup_files')).toBe(3)
  expect(figures.get('crypto_tracker_backup_failures')).toBe(1)
  expect(figures.get('crypto_tracker_build_info{version="1.2.3"}')).toBe(1)
  expect(figures.get('crypto_tracker_disk_free_bytes')).toBeGreaterThan(0)
  expect(figures.get('crypto_tracker_unconfirmed_places{interval="1m"}')).toBeGreaterThanOrEqual(0)
})

test('the process and its listeners, routed or not', async () => {
  const figures = await scrape()
  expect(figures.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
  expect(figures.get('crypto_tracker_live_listeners')).toBe(0)
  const listener = new AbortController()
  const held = await fetch(`${server.url}/api/v1/live`, { signal: listener.signal })
  await scrapeUntil((now) => now.get('crypto_tracker_live_listeners') === 1)
  const routed = await fetch(`${server.url}/api/v1/live?markets=coinbase:BTC-USD`, {
    signal: listener.signal,
  })
  const answered = 'http_requests_total{method="GET",route="/api/v1/live",status="200"}'
  const both = await scrapeUntil((now) => now.get(answered) === 2)
  expect(both.get('crypto_tracker_live_listeners')).toBe(2)
  listener.abort()
  for (const answer of [held, routed]) await expect(answer.text()).rejects.toThrow('abort')
})

test('requests by route and status, and no client makes new labels', async () => {
  await fetch(`${server.url}/api/v1/markets`)
  await fetch(`${server.url}/api/v1/chunks/${'0'.repeat(64)}`)
  const count = (figures: ReadonlyMap<string, number>) =>
    [...figures.keys()].filter((name) => name.startsWith('http_')).length
  const chunk = 'http_requests_total{method="GET",route="/api/v1/chunks/:sha256",status="404"}'
  const before = await scrapeUntil((figures) => figures.has(chunk))
  expect(before.get('http_requests_total{method="GET",route="/api/v1/markets",status="200"}')).toBe(1)
  for (let i = 0; i < 50; i++) {
    await fetch(`${server.url}/api/v1/chunks/${String(i).padStart(64, '0')}`)
    await fetch(`${server.url}/api/${i}`)
    await fetch(`${server.url}/api/v1/markets`, { method: `MADE${i}UP` }).catch(() => null)
  }
  const after = await scrapeUntil((figures) => figures.get(chunk) === 51)
  expect(after.get('http_requests_total{method="GET",route="none",status="404"}')).toBe(50)
  expect(after.get('http_requests_refused_total{reason="bad-request"}')).toBe(50)
  // One series for what is not there with its times, one for what was refused.
  expect(count(after) - count(before)).toBeLessThan(20)
})

describe('every figure that is looked at', () => {
  test.each(['alerts.yml', 'dashboard.json'])(
    'in docs/operations/%s is told, with its labels',
    async (file) => {
      const text = await readFile(join(import.meta.dirname, '../../docs/operations', file), 'utf8')
      const figures = [...(await scrape()).keys()]
      const asked = text.matchAll(/\b((?:crypto_tracker|http|process|nodejs)_\w+)(?:\{([^}]*)\})?/g)
      let count = 0
      for (const [, name = '', labels = ''] of asked) {
        const told = figures.filter((figure) => figure.split('{')[0] === name)
        expect(told, `${file}: ${name}`).not.toEqual([])
        for (const [, label] of labels.matchAll(/(\w+)=/g))
          if (label !== 'instance') expect(told[0], `${file}: ${name}`).toContain(`${label}="`)
        count++
      }
      expect(count).toBeGreaterThan(10)
    },
  )
})

test('a database that is gone is told, and the rest is still there', async () => {
  const own = await serveArchive()
  try {
    await own.archive.close()
    const figures = await scrape(own)
    expect(figures.get('crypto_tracker_database_up')).toBe(0)
    expect(figures.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
  } finally {
    await own.stop()
  }
})
