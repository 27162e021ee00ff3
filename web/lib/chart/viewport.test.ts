import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canPan, clamp, pan, pinch, spanMs, zoom, type Limits } from './viewport.ts'

const LIMITS: Limits = { fromMs: 1000, toMs: 11_000, minSpanMs: 100 }
const at = (span: { fromMs: number; toMs: number }, share: number) => span.fromMs + share * spanMs(span)

test('panning stops at the ends and keeps the length', () => {
  const view = { fromMs: 2000, toMs: 4000 }
  expect(pan(view, 500, LIMITS)).toEqual({ fromMs: 2500, toMs: 4500 })
  expect(pan(view, -1e9, LIMITS)).toEqual({ fromMs: 1000, toMs: 3000 })
  expect(pan(view, 1e9, LIMITS)).toEqual({ fromMs: 9000, toMs: 11_000 })
})

test('zooming keeps the instant under the pointer where it is', () => {
  const view = { fromMs: 3000, toMs: 7000 }
  const closer = zoom(view, 0.5, 4000, LIMITS)
  expect(spanMs(closer)).toBe(2000)
  expect((4000 - closer.fromMs) / spanMs(closer)).toBeCloseTo(0.25, 12)
})

test('nobody zooms closer than the smallest span or farther than the whole', () => {
  expect(spanMs(zoom({ fromMs: 3000, toMs: 3200 }, 0.01, 3100, LIMITS))).toBeCloseTo(100, 9)
  expect(zoom({ fromMs: 3000, toMs: 7000 }, 100, 5000, LIMITS)).toEqual({ fromMs: 1000, toMs: 11_000 })
})

test('two fingers keep the instants that they hold', () => {
  const view = { fromMs: 3000, toMs: 7000 }
  const next = pinch(view, [0.4, 0.6], [0.3, 0.7], LIMITS)
  expect(at(next, 0.3)).toBeCloseTo(at(view, 0.4), 6)
  expect(at(next, 0.7)).toBeCloseTo(at(view, 0.6), 6)
})

test('where data is shorter than the smallest span, all of it is shown', () => {
  const limits: Limits = { fromMs: 0, toMs: 50, minSpanMs: 100 }
  expect(clamp({ fromMs: 10, toMs: 20 }, limits)).toEqual({ fromMs: 0, toMs: 50 })
  expect(canPan({ fromMs: 0, toMs: 50 }, limits)).toBe(false)
})

test('no movement leaves the limits, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.001, max: 1, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
      (from, length, move, factor) => {
        const fromMs = 1000 + from * 9000
        const view = clamp({ fromMs, toMs: fromMs + length * 9000 }, LIMITS)
        for (const next of [
          pan(view, move * 10_000, LIMITS),
          zoom(view, factor, at(view, 0.3), LIMITS),
          pinch(view, [0.2, 0.8], [0.2 + move / 10, 0.8], LIMITS),
        ]) {
          expect(next.fromMs).toBeGreaterThanOrEqual(LIMITS.fromMs - 1e-6)
          expect(next.toMs).toBeLessThanOrEqual(LIMITS.toMs + 1e-6)
          expect(spanMs(next)).toBeGreaterThanOrEqual(LIMITS.minSpanMs - 1e-6)
        }
      },
    ),
  )
})
