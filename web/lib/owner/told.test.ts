import { expect, test } from 'vitest'
import { readTold, type Told, type ToldCode } from '../../../core/wire/told.ts'
import { toldText, wordsOf } from './told.ts'

const source = 'kraken'
const market = 'kraken:XYZ-EUR'
const TOLD: { readonly [Code in ToldCode]: Extract<Told, { readonly code: Code }> } = {
  'not-tracked': { code: 'not-tracked', market, near: [] },
  'not-listed': { code: 'not-listed', source, market, near: ['kraken:XTZ-EUR', 'kraken:XLM-EUR'] },
  'no-longer-listed': { code: 'no-longer-listed', source },
  'no-source': { code: 'no-source', source: 'krakn', near: ['kraken'] },
  'simulated-alone': { code: 'simulated-alone', source },
  'imported-alone': { code: 'imported-alone' },
  'since-future': { code: 'since-future', since: '2999-01-01T00:00:00Z' },
  'since-before-source': { code: 'since-before-source', source, from: '2013-09-10T00:00:00Z' },
  'link-used': { code: 'link-used' },
  'not-signed-in': { code: 'not-signed-in' },
  'foreign-page': { code: 'foreign-page' },
  'too-many-tokens': { code: 'too-many-tokens', seconds: 1 },
  'too-many-orders': { code: 'too-many-orders', seconds: 40 },
  'database-away': { code: 'database-away' },
  failed: { code: 'failed' },
  'row-gone': { code: 'row-gone', row: 7 },
  'row-breaks-rules': { code: 'row-breaks-rules', row: 7 },
  'source-unreachable': { code: 'source-unreachable', source, why: 'ECONNREFUSED' },
  'source-slow': { code: 'source-slow', source, seconds: 10 },
  'source-bars-country': { code: 'source-bars-country', source, others: ['coinbase', 'bitstamp'] },
  'source-status': { code: 'source-status', source, status: 500, words: 'broken' },
  'source-no-json': { code: 'source-no-json', source },
  'source-nonsense': { code: 'source-nonsense', source, answer: '<html>' },
  'source-empty': { code: 'source-empty', source },
  'source-unread': { code: 'source-unread', source },
  'source-reader-silent': { code: 'source-reader-silent', source, seconds: 20 },
  'source-no-price': { code: 'source-no-price', source, market },
  'start-no-time': { code: 'start-no-time', start: 'x' },
  'start-off-grid': { code: 'start-off-grid', start: '2024-03-01T00:00:01Z', interval: '1m' },
  'start-future': { code: 'start-future', start: '2999-01-01T00:00:00Z' },
  'no-price': { code: 'no-price', name: 'open', given: '-1' },
  'no-volume': { code: 'no-volume', given: '-1' },
  'out-of-order': { code: 'out-of-order', name: 'low', value: '5', other: 'close', than: '4' },
  'two-candles': { code: 'two-candles' },
  'far-refused': { code: 'far-refused' },
  'far-taken': { code: 'far-taken' },
  'far-told': { code: 'far-told' },
  'far-sampled': { code: 'far-sampled' },
}

test.each(Object.values(TOLD))(
  '$code is read as the server tells it, and said in a whole sentence',
  (told) => {
    const read = readTold(JSON.parse(JSON.stringify(told)))
    expect(read).toEqual(told)
    const text = toldText(read!)
    expect(text).toMatch(/^(kraken:|[A-Z]).{10,}/)
    expect(text).not.toMatch(/undefined|null|\{|urn:/)
  },
)

test('values and near names stand in the sentence', () => {
  expect(toldText(TOLD['not-listed'])).toBe(
    'Kraken does not list kraken:XYZ-EUR. Perhaps kraken:XTZ-EUR or kraken:XLM-EUR is meant.',
  )
  expect(toldText(TOLD['too-many-tokens'])).toContain('1 second.')
  expect(toldText(TOLD['out-of-order'])).toBe('Low 5 lies above Close 4.')
  expect(toldText({ ...TOLD['source-status'], status: 429, words: '' })).toBe(
    'Kraken takes no more requests for now.',
  )
})

test('what has no code that is known here stays the server’s sentence, marked as English', () => {
  expect(wordsOf(readTold({ code: 'of a later version' }), 'It is so.')).toEqual({
    text: 'It is so.',
    lang: 'en',
  })
  expect(wordsOf(TOLD['row-gone'], 'there is no row 7')).toEqual({
    text: 'This row is not in quarantine any more.',
  })
})
