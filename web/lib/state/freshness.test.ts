import { expect, it } from 'vitest'
import { MINUTE_MS } from '../../../core/time/interval.ts'
import { freshnessAt } from './freshness.ts'

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
