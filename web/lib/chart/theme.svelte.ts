/** The tokens of app.css as colours for a canvas; read anew when scheme or palette change. */

const TOKENS = [
  'ink',
  'soft',
  'quiet',
  'faint',
  'line',
  'card',
  'accent',
  'up',
  'down',
  'warning',
  'hatch',
  'area',
  'band',
  'band-edge',
] as const

type Tokens = Readonly<Record<(typeof TOKENS)[number], string>>

export interface ChartColours extends Tokens {
  /** Under an area's line, at its top and at its foot. */
  readonly wash: readonly [string, string]
}

/** The colours that hold at an element. */
export function coloursAt(element: Element): ChartColours {
  const style = getComputedStyle(element)
  const tokens = Object.fromEntries(
    TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Tokens
  const mixes = CSS.supports('color', 'color-mix(in srgb, red 1%, transparent)')
  const mix = (percent: number) =>
    mixes ? `color-mix(in srgb, ${tokens.ink} ${percent}%, transparent)` : tokens.area
  return { ...tokens, wash: [mix(22), mix(1)] }
}

class ChartTheme {
  colours = $state.raw<ChartColours>(coloursAt(document.documentElement))

  constructor() {
    const reread = () => (this.colours = coloursAt(document.documentElement))
    for (const query of [
      '(prefers-color-scheme: dark)',
      '(prefers-contrast: more)',
      '(forced-colors: active)',
    ])
      matchMedia(query).addEventListener('change', reread)
    // A theme or palette that somebody chose stands on the root as an attribute.
    new MutationObserver(reread).observe(document.documentElement, {
      attributeFilter: ['class', 'style', 'data-theme', 'data-palette'],
    })
  }
}

let theme: ChartTheme | null = null

/** One for the page; made at the first chart. */
export function chartTheme(): ChartTheme {
  theme ??= new ChartTheme()
  return theme
}
