/** Contrast of the look by WCAG 2.2, computed from the tokens as they stand in app.css. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('./app.css', import.meta.url), 'utf8')
const more = css.slice(css.indexOf('@media (prefers-contrast: more)'))

/** Colours of a theme: the first block with this selector, colours as `#rrggbb` only. */
function tokens(text: string, selector: string): Record<string, string> {
  const start = text.indexOf(`${selector} {`)
  if (start < 0) throw new Error(`app.css has no block ${selector}`)
  const block = text.slice(start, text.indexOf('}', start))
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name!, colour!]),
  )
}

function linear(colour: string): Triple {
  return [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) =>
      value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
    ) as unknown as Triple
}

/** Relative luminance. WCAG 2.2, 1.4.3. */
function luminance(colour: string): number {
  const [red, green, blue] = linear(colour)
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

type Triple = readonly [number, number, number]

/** Linear red, green and blue as somebody sees them who lacks a cone. Machado, Oliveira & Fernandes 2009, severity 1. */
function seenWithout(cone: 'red' | 'green', colour: string): Triple {
  const rgb = linear(colour)
  const rows: readonly Triple[] =
    cone === 'red'
      ? [
          [0.152286, 1.052583, -0.204868],
          [0.114503, 0.786281, 0.099216],
          [-0.003882, -0.048116, 1.051998],
        ]
      : [
          [0.367322, 0.860646, -0.227968],
          [0.280085, 0.672501, 0.047413],
          [-0.01182, 0.04294, 0.968881],
        ]
  return rows.map((row) => row.reduce((sum, weight, i) => sum + weight * rgb[i]!, 0)) as unknown as Triple
}

/** How far apart two colours look: ΔE of CIE 1976. */
function distance(one: Triple, other: Triple): number {
  const [a, b] = [lab(one), lab(other)]
  return Math.hypot(...a.map((value, i) => value - b[i]!))
}

/** Linear sRGB in CIE L*a*b*, white D65. */
function lab([red, green, blue]: Triple): number[] {
  const bent = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116)
  const x = bent((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
  const y = bent(0.2126 * red + 0.7152 * green + 0.0722 * blue)
  const z = bent((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}

const GROUNDS = ['ground', 'card', 'sheet', 'chip']
const TEXTS = ['ink', 'soft', 'quiet', 'accent', 'green', 'red', 'blue', 'orange', 'warning']
/** Text on a filled button, and in a toast. */
const ON: readonly (readonly [string, string])[] = [
  ['on-accent', 'accent'],
  ['on-accent', 'red'],
  ['on-accent', 'orange'],
  ['ground', 'ink'],
  ['accent-inverse', 'ink'],
]

for (const theme of ['light', 'dark']) {
  const usual = tokens(css, `[data-theme='${theme}']`)
  const strong = { ...usual, ...tokens(more, `[data-theme='${theme}']`) }
  const pairs = [...GROUNDS.flatMap((ground) => TEXTS.map((text) => [text, ground] as const)), ...ON]

  describe(`in the ${theme} theme`, () => {
    test('every text reaches 4.5 : 1 on every ground, marks 3 : 1', () => {
      const weak = pairs
        .map(([text, ground]) => [text, ground, contrast(usual[text]!, usual[ground]!)] as const)
        .filter(([, , ratio]) => !(ratio >= 4.5))
      expect(weak).toEqual([])
      for (const ground of GROUNDS)
        expect(contrast(usual['faint']!, usual[ground]!), `faint on ${ground}`).toBeGreaterThanOrEqual(3)
    })

    test('where more contrast is asked for, every text reaches 7 : 1 and marks 4.5 : 1', () => {
      const weak = pairs
        .map(([text, ground]) => [text, ground, contrast(strong[text]!, strong[ground]!)] as const)
        .filter(([, , ratio]) => !(ratio >= 7))
      expect(weak).toEqual([])
      for (const ground of GROUNDS)
        expect(contrast(strong['faint']!, strong[ground]!), `faint on ${ground}`).toBeGreaterThanOrEqual(4.5)
    })

    test('blue and orange stay far apart for those who see no red or no green', () => {
      for (const missing of ['red', 'green'] as const) {
        const seen = (name: string) => seenWithout(missing, usual[name]!)
        expect(distance(seen('blue'), seen('orange')), `without ${missing}`).toBeGreaterThan(50)
        expect(distance(seen('blue'), seen('orange'))).toBeGreaterThan(distance(seen('green'), seen('red')))
      }
    })
  })
}

test('the colour of the browser’s bar before the first paint is the ground', () => {
  const page = readFileSync(new URL('./app.html', import.meta.url), 'utf8')
  expect(page).toContain(
    `<meta name="theme-color" content="${tokens(css, "[data-theme='light']")['ground']}" />`,
  )
  expect(page).toContain(`.content = '${tokens(css, "[data-theme='dark']")['ground']}'`)
})
