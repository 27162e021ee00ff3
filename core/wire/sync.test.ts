import { describe, expect, test } from 'vitest'
import { WireError, WireFormatError } from './error.ts'
import { readSyncAnswer } from './sync.ts'

const ARCHIVE = '5f0c3b1e-0102-4304-8506-0708090a0b0c'

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

const PAGE = {
  archive: ARCHIVE,
  revision: 812,
  more: false,
  format: 1,
  sample_seconds: 60,
  simulated: false,
  markets: [
    { id: 'coinbase:BTC-USD', tick: '0.01', name: 'Bitcoin', status: 'live' },
    { id: 'csv:mine', tick: null },
    { id: 'coinbase:OLD-USD', removed: true },
  ],
  chunks: [CHUNK, { ...CHUNK, period: '2024-03-01', rows: 1440, expected: 1440, removed: true }],
}

test('a page comes out as it went in', () => {
  expect(readSyncAnswer(JSON.parse(JSON.stringify(PAGE)))).toEqual(PAGE)
})

test('how far the history is read comes out where the server says it', () => {
  const backfill = { wanted: 2059, done: 1204 }
  expect(readSyncAnswer({ ...PAGE, backfill })).toEqual({ ...PAGE, backfill })
  expect(readSyncAnswer(PAGE)).not.toHaveProperty('backfill')
})

test('the currencies of the server come out where it says them', () => {
  const quotes = ['USD', 'EUR']
  expect(readSyncAnswer({ ...PAGE, quotes })).toEqual({ ...PAGE, quotes })
  expect(readSyncAnswer(PAGE)).not.toHaveProperty('quotes')
  expect(pathOf({ ...PAGE, quotes: ['USD', 7] })).toBe('quotes[1]')
})

test.each([
  [{ wanted: 2, done: 3 }, 'backfill.done'],
  [{ wanted: -1, done: 0 }, 'backfill.wanted'],
  [{ done: 0 }, 'backfill.wanted'],
  ['58 %', 'backfill'],
])('progress that cannot be is named: %o', (backfill, path) => {
  expect(pathOf({ ...PAGE, backfill })).toBe(path)
})

test('a reset comes out with nothing but its archive', () => {
  expect(readSyncAnswer({ archive: ARCHIVE, reset: true, revision: 3 })).toEqual({
    archive: ARCHIVE,
    reset: true,
  })
})

test('fields that this version does not know are left out', () => {
  const page = {
    ...PAGE,
    mood: 'good',
    markets: [{ id: 'csv:mine', colour: 'red' }],
    chunks: [{ ...CHUNK, x: 1 }],
  }
  expect(readSyncAnswer(page)).toEqual({ ...PAGE, markets: [{ id: 'csv:mine' }], chunks: [CHUNK] })
})

test('a later format asks for an update, whatever else it holds', () => {
  expect(() => readSyncAnswer({ format: 2, everything: 'else' })).toThrow(WireFormatError)
})

test('a server that does not say whether its data is simulated has real data', () => {
  expect(readSyncAnswer({ ...PAGE, simulated: undefined })).toEqual({ ...PAGE, simulated: false })
})

describe('a field that breaks the rules is named', () => {
  test.each([
    ['archive', 'mine'],
    ['archive', undefined],
    ['reset', false],
    ['revision', -1],
    ['revision', 1.5],
    ['revision', '812'],
    ['more', 'no'],
    ['format', 0],
    ['format', undefined],
    ['sample_seconds', 0],
    ['sample_seconds', 86_401],
    ['simulated', null],
    ['markets', {}],
    ['chunks', null],
    ['chunks', Array.from({ length: 200_001 }, () => CHUNK)],
  ])('%s: %o', (field, value) => {
    expect(pathOf({ ...PAGE, [field]: value })).toBe(field)
  })

  test.each([
    ['id', 'bitcoin'],
    ['id', undefined],
    ['tick', '1e-2'],
    ['tick', 0.01],
    ['tick', '-1'],
    ['name', 'x'.repeat(201)],
    ['status', 'dead'],
    ['removed', false],
  ])('markets[1].%s: %o', (field, value) => {
    const markets = [PAGE.markets[0], { ...PAGE.markets[1], [field]: value }]
    expect(pathOf({ ...PAGE, markets })).toBe(`markets[1].${field}`)
  })

  test.each([
    ['market', 'coinbase:../x'],
    ['interval', '5m'],
    ['period', '2024'],
    ['period', '2024-13'],
    ['period', '2024-02-30'],
    ['period', 202403],
    ['part', 'prices'],
    ['sha256', 'A'.repeat(64)],
    ['sha256', 'a'.repeat(63)],
    ['bytes', -1],
    ['bytes', 2 ** 27],
    ['size', NaN],
    ['rows', 44_641],
    ['expected', 44_641],
    ['revision', 813],
    ['removed', 1],
  ])('chunks[0].%s: %o', (field, value) => {
    expect(pathOf({ ...PAGE, chunks: [{ ...CHUNK, [field]: value }] })).toBe(`chunks[0].${field}`)
  })

  test.each([[null], [[]], ['text'], [undefined]])('the whole: %o', (json) => {
    expect(pathOf(json)).toBe('sync')
  })

  test('the message says what was expected and what was given, cut short', () => {
    expect(() => readSyncAnswer({ ...PAGE, revision: 'x'.repeat(1_000_000) })).toThrow(
      `revision: expected a whole number from 0 to 9007199254740991, got "${'x'.repeat(80)}"`,
    )
  })
})

function pathOf(json: unknown): string {
  try {
    readSyncAnswer(json)
  } catch (error) {
    if (error instanceof WireError) return error.path
    throw error
  }
  return 'nothing was wrong'
}
