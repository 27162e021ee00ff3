import { expect, it } from 'vitest'
import { DAY_MS } from '../../../core/time/interval.ts'
import { Clock } from './clock.ts'

const NOW = Date.UTC(2024, 2, 12, 10)
const said = (ms: number) => new Response(null, { headers: { date: new Date(ms).toUTCString() } })

it('a clock that is wrong by a day is set right by the server, either way', () => {
  for (const wrongMs of [-DAY_MS, DAY_MS]) {
    const clock = new Clock(() => NOW + wrongMs)
    clock.hear(said(NOW))
    expect(clock.now()).toBe(NOW)
    expect(clock.aheadMs).toBe(-wrongMs)
  }
})

it('clocks that differ by seconds agree', () => {
  const clock = new Clock(() => NOW)
  clock.hear(said(NOW + 12_000))
  expect(clock.now()).toBe(NOW)
  expect(clock.aheadMs).toBe(0)
})

it('before the server is heard it is not earlier than what it said last', () => {
  const clock = new Clock(() => NOW - DAY_MS)
  clock.passed(NOW)
  expect(clock.now()).toBe(NOW)
  expect(clock.aheadMs).toBeNull()
})

it('a clock that is mended meanwhile is right again with the next answer', () => {
  let deviceMs = NOW - DAY_MS
  const clock = new Clock(() => deviceMs)
  clock.hear(said(NOW))
  deviceMs = NOW + 60_000
  clock.hear(said(NOW + 60_000))
  expect(clock.now()).toBe(NOW + 60_000)
})

it('an answer without a date says nothing', () => {
  const clock = new Clock(() => NOW)
  clock.hear(new Response(null))
  expect(clock.aheadMs).toBeNull()
})
