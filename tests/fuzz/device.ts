/** What a device is told by its server, under attack: the answer of sync, and the events of the live stream. */
import { isMarketId } from '../../core/market.ts'
import { WireError } from '../../core/wire/error.ts'
import { readMarketsAnswer, readPricesAnswer } from '../../core/wire/lists.ts'
import { readLiveEvent } from '../../core/wire/live.ts'
import { readSyncAnswer } from '../../core/wire/sync.ts'
import { pick, type Border } from './attack.ts'
import { damageJson, damageText } from './damage.ts'

const CHUNK = {
  market: 'coinbase:BTC-USD',
  interval: '1m',
  period: '2024-03',
  part: 'price',
  sha256: 'a'.repeat(64),
  bytes: 212_345,
  size: 401_234,
  rows: 44_633,
  expected: 44_640,
  revision: 811,
}

const SYNC_ANSWERS: readonly unknown[] = [
  {
    archive: '5f0c3b1e-0102-4304-8506-0708090a0b0c',
    revision: 812,
    more: false,
    format: 1,
    sample_seconds: 60,
    simulated: false,
    backfill: { wanted: 2059, done: 1204 },
    markets: [
      { id: 'coinbase:BTC-USD', tick: '0.01', name: 'Bitcoin', status: 'live' },
      { id: 'csv:mine', tick: null },
      { id: 'coinbase:OLD-USD', removed: true },
    ],
    chunks: [
      CHUNK,
      { ...CHUNK, part: 'volume' },
      { ...CHUNK, period: '2024-03-01', rows: 1, expected: 1440, removed: true },
    ],
  },
  { archive: '5f0c3b1e-0102-4304-8506-0708090a0b0c', reset: true },
]

export function syncBorder(): Border {
  return {
    name: 'sync',
    attempt(random) {
      const original = pick(random, SYNC_ANSWERS)
      return refusedOrTaken(() => {
        const answer = readSyncAnswer(parsed(original, random))
        if ('reset' in answer) return
        for (const { market, revision, rows, expected } of answer.chunks)
          if (!isMarketId(market) || !(revision <= answer.revision) || !(rows <= expected))
            throw new Error(`a chunk came through: ${JSON.stringify(answer.chunks)}`)
      })
    },
  }
}

const LIVE_EVENTS = [
  ['price', { market: 'coinbase:BTC-USD', price: '61168.13', as_of: '2024-03-01T12:00:04Z' }],
  [
    'candle',
    {
      market: 'coinbase:BTC-USD',
      interval: '1m',
      candle: ['2024-03-01T12:00:00Z', '61168.13', '61300', '61000.5', '61250.01', '123.45678901'],
      revision: 812,
    },
  ],
  ['revision', { revision: 812 }],
] as const

export function liveBorder(): Border {
  return {
    name: 'live',
    attempt(random) {
      const [name, data] = pick(random, LIVE_EVENTS)
      return refusedOrTaken(() => {
        const event = readLiveEvent[name](parsed(data, random))
        if ('market' in event && !isMarketId(event.market))
          throw new Error(`came through: ${JSON.stringify(event)}`)
      })
    },
  }
}

const LISTS = [
  [
    readMarketsAnswer,
    {
      markets: [
        { id: 'coinbase:BTC-USD', base: 'BTC', quote: 'USD', name: 'Bitcoin', tick: '0.01', status: 'live' },
        { id: 'csv:mine', base: 'mine', quote: '', name: 'mine', tick: null, status: 'imported' },
      ],
    },
  ],
  [
    readPricesAnswer,
    {
      prices: [
        {
          market: 'coinbase:BTC-USD',
          price: '61168.13',
          as_of: '2024-03-01T12:00:04Z',
          freshness: 'live',
          change_24h: -0.0123,
          sparkline: ['61900', '61168.13'],
        },
      ],
    },
  ],
] as const

export function listBorder(): Border {
  return {
    name: 'list',
    attempt(random) {
      const [read, original] = pick(random, LISTS)
      return refusedOrTaken(() => void read(parsed(original, random)))
    },
  }
}

/** Damaged as a value or as a text; what is no JSON any more is refused before the reader sees it. */
function parsed(original: unknown, random: () => number): unknown {
  if (random() < 0.8) return damageJson(original, random)
  try {
    return JSON.parse(damageText(JSON.stringify(original), random))
  } catch (error) {
    throw new WireError('answer', String(error))
  }
}

function refusedOrTaken(read: () => void): 'refused' | 'taken' {
  try {
    read()
    return 'taken'
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    return 'refused'
  }
}
