import { expect, it } from 'vitest'
import { MINUTE_MS } from '../../../core/time/interval.ts'
import { freshnessAt, standingOf } from './freshness.ts'

const NOW = Date.UTC(2024, 2, 1, 12)
const online = { nowMs: NOW, online: true, connecting: false, sampleSeconds: 60 }

it.each([
  [2, 'live'],
  [3, 'delayed'],
  [15, 'delayed'],
  [16, 'stale'],
] as const)('a price of %i minutes ago is %s', (minutes, freshness) => {
  expect(freshnessAt(NOW - minutes * MINUTE_MS, 'live', online)).toBe(freshness)
})

it('a device that hears nothing says offline, however new the price', () => {
  expect(freshnessAt(NOW, 'live', { ...online, online: false })).toBe('offline')
})

it.each([
  [1, 'delayed'],
  [16, 'stale'],
] as const)(
  'before the server was heard, a price of %i minutes ago is neither live nor offline',
  (minutes, freshness) => {
    const opening = { ...online, online: false, connecting: true }
    expect(freshnessAt(NOW - minutes * MINUTE_MS, 'live', opening)).toBe(freshness)
  },
)

it('a market that has ended is ended, online or not', () => {
  expect(freshnessAt(NOW, 'ended', online)).toBe('ended')
  expect(freshnessAt(NOW, 'ended', { ...online, online: false })).toBe('ended')
})

const heard = { online: true, connecting: false }
const priced = (...freshness: Parameters<typeof standingOf>[1][number]['freshness'][]) =>
  freshness.map((one) => ({ price: '1', freshness: one }))

it.each([
  [['stale', 'live', 'ended'], 'live'],
  [['stale', 'delayed'], 'delayed'],
  [['ended', 'stale'], 'stale'],
  [['ended'], 'connected'],
] as const)('all together stand as the freshest that is followed: of %j, %s', (freshness, standing) => {
  expect(standingOf(heard, priced(...freshness))).toBe(standing)
})

it('a server that answers without any price is not live', () => {
  expect(standingOf(heard, [{ price: null, freshness: 'stale' }])).toBe('unpriced')
  expect(standingOf(heard, [])).toBe('connected')
})

it('without a server nothing of all stands, however fresh', () => {
  expect(standingOf({ online: false, connecting: false }, priced('live'))).toBe('offline')
  expect(standingOf({ online: false, connecting: true }, priced('live'))).toBe('connecting')
})
