import { describe, expect, test } from 'vitest'
import { createExchange } from './exchange.ts'
import { ANSWER_FAULTS, Faults, readRules, type AnswerFault } from './faults.ts'
import { thousandfold } from './faulty-rows.ts'
import { possibleFaults, spoil, viewOf } from './faulty.ts'

const NOW = Date.UTC(2026, 2, 1, 12, 34, 56)
const exchange = createExchange({ seed: '1', sinceMs: null })
const url = new URL(
  '/products/BTC-USD/candles?granularity=60&start=2026-03-01T00:00:00Z&end=2026-03-01T01:59:59Z',
  'http://exchange',
)
const ask = (asked: URL) => exchange.answer(asked, NOW)
const spoilt = (kind: AnswerFault, stream = 'a') => spoil({ kind, stream }, 'candles', url, ask)

describe('faults', () => {
  const draws = (seed: string) => {
    const faults = new Faults()
    faults.set(readRules(JSON.stringify({ rules: [{ rate: 0.2, seed }] })))
    return Array.from(
      { length: 200 },
      (_, i) => faults.draw('/a', `question ${i % 20}`, ANSWER_FAULTS)?.kind ?? null,
    )
  }

  test('of one seed come in one order, of another seed in another', () => {
    expect(draws('1')).toEqual(draws('1'))
    expect(draws('1')).not.toEqual(draws('2'))
  })

  test('come as often as the rate says', () => {
    const share = draws('1').filter((kind) => kind !== null).length / 200
    expect(share).toBeGreaterThan(0.12)
    expect(share).toBeLessThan(0.28)
  })

  test('of a question do not hang on what else is asked', () => {
    const alone = new Faults()
    const among = new Faults()
    for (const faults of [alone, among]) faults.set(readRules('{"rules":[{"rate":0.5}]}'))
    const first = Array.from({ length: 50 }, () => alone.draw('/a', 'a', ANSWER_FAULTS)?.kind)
    const second = Array.from({ length: 50 }, () => {
      among.draw('/b', 'b', ANSWER_FAULTS)
      return among.draw('/a', 'a', ANSWER_FAULTS)?.kind
    })
    expect(second).toEqual(first)
  })

  test('wait for their time', () => {
    const faults = new Faults()
    faults.set(readRules('{"rules":[{"after_seconds":3600}]}'))
    expect(faults.draw('/a', 'a', ANSWER_FAULTS)).toBeNull()
  })
})

test.each(ANSWER_FAULTS.filter((kind) => kind !== 'delisted'))(
  'a fault of kind %s is no good answer',
  (kind) => {
    const good = ask(url)
    expect(good.body.length).toBeGreaterThan(5000)
    expect(spoilt(kind)).not.toEqual(good)
  },
)

test('every kind is possible for candles, and none that needs rows where there are none', () => {
  expect(possibleFaults(viewOf(url), ask(url))).toEqual(ANSWER_FAULTS)
  expect(possibleFaults('candles', { status: 200, body: '[]' })).not.toContain('null-rows')
})

test.each([
  ['61168.13', '61168130'],
  ['61168', '61168000'],
  ['0.0000129', '0.0129'],
  ['0.00001', '0.01'],
  ['1.2345', '1234.5'],
])('a thousand times %s is %s', (decimal, product) => {
  expect(Number(thousandfold(decimal))).toBe(Number(product))
})
