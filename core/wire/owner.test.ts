import { expect, test } from 'vitest'
import { WireError } from './error.ts'
import { readGapsAnswer, readIngestAnswer, readQuarantineAnswer } from './read-owner.ts'

const SOURCE = {
  source: 'coinbase',
  requestsPerSecond: 10,
  available: 9,
  pending: 1,
  failures: 0,
  requests: {},
  lastError: null,
  lastAnswer: { status: 200, atMs: 1, latencyMs: 12.5, clockOffsetMs: null },
  nextTryMs: null,
  limitedUntilMs: null,
  circuit: 'closed',
  quota: { used: 3, left: 597, told: null },
  byPriority: { live: { sent: 3, waiting: 1 } },
}
const INGEST = {
  revision: 7,
  size: { database: 1, chunks: 2, rows: 3 },
  tracked: [{ id: 'coinbase:BTC-USD', name: 'Bitcoin', status: 'paused' }],
  sources: [SOURCE],
  backfill: [],
}

test('a server that reads tells of its sources, one that only serves leaves them out', () => {
  const answer = readIngestAnswer(INGEST)
  expect(answer.sources?.[0]).toMatchObject({ circuit: 'closed', quota: { used: 3, left: 597 } })
  expect('sources' in readIngestAnswer({ ...INGEST, sources: undefined })).toBe(false)
})

test('a field that breaks the rules is named', () => {
  const broken = { ...INGEST, sources: [{ ...SOURCE, quota: { used: -1, left: 0 } }] }
  expect(() => readIngestAnswer(broken)).toThrow('sources[0].quota.used: expected a whole number')
  expect(() => readGapsAnswer({ missing: { boredom: 1 }, gaps: [], more: false })).toThrow(WireError)
  const row = { id: 1, at: '2024-03-01T00:00:00Z', start: null, source: 's', market: null, interval: null }
  const refused = { ...row, reason: 'r', raw: '1', can_be_accepted: true, review: null }
  const half = { ...refused, compared_with: { market: 'kraken:BTC-USD', basis_points: 0.5 } }
  expect(() => readQuarantineAnswer({ rows: [half] })).toThrow('rows[0].compared_with.basis_points')
})
