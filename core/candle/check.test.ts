/** The rules of a candle. */
import { describe, expect, it } from 'vitest'
import { checkRow } from './check.ts'
import type { CandleRow } from './row.ts'

const NOW = Date.UTC(2024, 2, 1, 12)
const valid: CandleRow = {
  startMs: Date.UTC(2024, 2, 1),
  open: '2',
  high: '3',
  low: '1',
  close: '2.5',
  volume: '10',
}

const check = (change: Partial<CandleRow>) => checkRow({ ...valid, ...change }, '1h', NOW)

describe('a candle', () => {
  it.each([
    {},
    { volume: null },
    { volume: '0' },
    { open: '1', high: '1', low: '1', close: '1' },
    { startMs: NOW },
    { low: '1e-9' },
  ])('with %o is valid', (change) => {
    expect(check(change)).toBeNull()
  })

  it.each([
    [{ open: '0', low: '0' }, 'open "0" is no price'],
    [{ low: '-1' }, 'low "-1" is no price'],
    [{ close: 'NaN' }, 'close "NaN" is no price'],
    [{ high: 'Infinity' }, 'high "Infinity" is no price'],
    [{ high: '' }, 'high "" is no price'],
    [{ high: '1e309' }, 'high "1e309" is no price'],
    [{ low: '1e-340' }, 'low "1e-340" is no price'],
    [{ low: '2.1' }, 'low 2.1 lies above open 2'],
    [{ open: '2.6', low: '2.55' }, 'low 2.55 lies above close 2.5'],
    [{ high: '1.9' }, 'high 1.9 lies below open 2'],
    [{ high: '2.4' }, 'high 2.4 lies below close 2.5'],
    [{ volume: '-1' }, 'volume "-1" is no volume'],
    [{ volume: 'n/a' }, 'volume "n/a" is no volume'],
    [{ startMs: NOW + 1 }, 'is not on the grid of 1h'],
    [{ startMs: NOW + 3_600_000 }, 'start 2024-03-01T13:00:00Z lies in the future'],
    [{ startMs: 0.5 }, 'start 0.5 is no time'],
    [{ startMs: 9e15 }, 'start 9000000000000000 is no time'],
  ])('with %o is refused: %s', (change, reason) => {
    expect(check(change)).toContain(reason)
  })

  it('is compared as decimals where doubles are equal', () => {
    const close = '73271.630000000000000001'
    expect(Number(close)).toBe(73271.63)
    expect(check({ open: '73271', low: '73271', high: '73271.63', close })).toContain('lies below close')
  })

  it('is not refused for the notation of its numbers', () => {
    expect(check({ open: '2e0', high: '+3.00', low: '.5', close: '25E-1', volume: '1e3' })).toBeNull()
  })
})
