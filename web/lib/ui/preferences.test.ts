import { expect, test } from 'vitest'
import { checked, DEFAULTS } from './preferences.svelte.ts'

test('what nobody has chosen, or what cannot be read, is as by default', () => {
  for (const text of [null, '', 'null', '[]', '{', '"dark"', '42']) expect(checked(text)).toEqual(DEFAULTS)
})

test('choices come back as they were kept', () => {
  const chosen = {
    ...DEFAULTS,
    range: '7d',
    window: 90,
    zone: 'Asia/Kolkata',
    theme: 'dark',
    palette: 'colour-blind',
    density: 'compact',
    motion: 'none',
    quote: 'EUR',
    dataSaver: true,
    badge: true,
  }
  expect(checked(JSON.stringify(chosen))).toEqual(chosen)
})

test('a field that another version wrote, or somebody by hand, falls back alone', () => {
  const spoilt = {
    range: '2Y',
    window: 1e9,
    zone: 'Mars/Olympus',
    theme: 'sepia',
    palette: 7,
    density: null,
    motion: {},
    quote: '<b>',
    dataSaver: 'yes',
    badge: 1,
    estimator: 'close',
  }
  expect(checked(JSON.stringify(spoilt))).toEqual({ ...DEFAULTS, estimator: 'close' })
  for (const window of [6, 366, null, '30', 30.4]) expect(checked(JSON.stringify({ window })).window).toBe(30)
})
