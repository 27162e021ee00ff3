/** The tokens of app.css as colours for a canvas; read anew when the scheme changes. */

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
  'hatch',
  'area',
] as const

export type ChartColours = Readonly<Record<(typeof TOKENS)[number], string>>

function read(): ChartColours {
  const style = getComputedStyle(document.documentElement)
  return Object.fromEntries(
    TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as ChartColours
}

class ChartTheme {
  colours = $state.raw<ChartColours>(read())

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => (this.colours = read()))
  }
}

let theme: ChartTheme | null = null

/** One for the page; made at the first chart. */
export function chartTheme(): ChartTheme {
  theme ??= new ChartTheme()
  return theme
}
