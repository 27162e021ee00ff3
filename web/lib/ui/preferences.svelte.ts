/** How somebody likes the app; kept on this device, and harmless to lose. app.html reads the look from it before the first paint. */
import type { Interval } from '../../../core/time/interval.ts'
import { INTERVALS } from '../../../core/time/interval.ts'
import { isZone, type Zone } from '../../../core/time/zone.ts'
import { CHOICE_KEYS } from '../store/choice-keys.ts'
import { BANDS } from '../../../core/volatility/confidence/kinds.ts'
import { ESTIMATORS, type Estimator } from '../../../core/volatility/types.ts'
import { isLanguage, type Language } from '../i18n/languages.ts'
import { RANGES, type Range } from '../../worker/api.ts'
import { PRICE_LOOKS, type PriceLook } from '../chart/looks.ts'

const KEY = CHOICE_KEYS.preferences

export const THEMES = ['system', 'light', 'dark'] as const
/** Colours of change: green up, red up, or blue up and orange down for those who do not tell red from green. */
export const PALETTES = ['standard', 'red-up', 'colour-blind'] as const
export const DENSITIES = ['comfortable', 'compact'] as const
/** `none`: nothing moves, whatever the system says. */
const MOTIONS = ['system', 'none'] as const
export const BAND_CHOICES = ['off', ...BANDS] as const

export interface Choices {
  range: Range
  look: PriceLook
  /** Whether prices stand on a logarithmic axis; null = for whole histories, which span orders of magnitude. */
  log: boolean | null
  estimator: Estimator
  /** Bars in a window of σ. */
  window: number
  /** What is drawn round σ. */
  band: (typeof BAND_CHOICES)[number]
  /** Bars of σ; null = those that suit the range. */
  interval: Interval | null
  zone: Zone
  language: 'system' | Language
  /** The zone to come back to from UTC. */
  homeZone: Zone
  theme: (typeof THEMES)[number]
  palette: (typeof PALETTES)[number]
  density: (typeof DENSITIES)[number]
  motion: (typeof MOTIONS)[number]
  /** The currency whose market stands for a coin where several are followed; null = as the server lists them. */
  quote: string | null
  /** Prices less often, and no packs over a line that the browser calls metered. */
  dataSaver: boolean
  /** Whether the icon of the installed app counts markets that have moved far. */
  badge: boolean
}

export const DEFAULTS: Readonly<Choices> = {
  range: '1Y',
  look: 'line',
  log: null,
  estimator: 'yang-zhang',
  window: 30,
  band: 'bootstrap',
  interval: null,
  zone: 'local',
  language: 'system',
  homeZone: 'local',
  theme: 'system',
  palette: 'standard',
  density: 'comfortable',
  motion: 'system',
  quote: null,
  dataSaver: false,
  badge: false,
}

/** Choices as they were kept, every field checked: another version may have written it. */
export function checked(text: string | null): Choices {
  let found: Partial<Record<keyof Choices, unknown>> = {}
  try {
    const parsed: unknown = JSON.parse(text ?? '{}')
    if (parsed && typeof parsed === 'object') found = parsed
  } catch {
    // Text from elsewhere: the defaults are as good.
  }
  const oneOf = <T>(list: readonly T[], value: unknown, otherwise: T): T =>
    list.includes(value as T) ? (value as T) : otherwise
  const { window, zone, homeZone, quote } = found
  return {
    range: oneOf(RANGES, found.range, DEFAULTS.range),
    look: oneOf(PRICE_LOOKS, found.look, DEFAULTS.look),
    log: oneOf([null, true, false], found.log, DEFAULTS.log),
    estimator: oneOf(ESTIMATORS, found.estimator, DEFAULTS.estimator),
    window: typeof window === 'number' && window >= 7 && window <= 365 ? Math.round(window) : DEFAULTS.window,
    band: oneOf(BAND_CHOICES, found.band, DEFAULTS.band),
    interval: oneOf([null, ...INTERVALS], found.interval, DEFAULTS.interval),
    language: isLanguage(found.language) ? found.language : DEFAULTS.language,
    zone: isZone(zone) ? zone : DEFAULTS.zone,
    homeZone: isZone(homeZone) ? homeZone : DEFAULTS.homeZone,
    theme: oneOf(THEMES, found.theme, DEFAULTS.theme),
    palette: oneOf(PALETTES, found.palette, DEFAULTS.palette),
    density: oneOf(DENSITIES, found.density, DEFAULTS.density),
    motion: oneOf(MOTIONS, found.motion, DEFAULTS.motion),
    quote: typeof quote === 'string' && /^[\p{L}\p{N}.-]{1,24}$/u.test(quote) ? quote : DEFAULTS.quote,
    dataSaver: found.dataSaver === true,
    badge: found.badge === true,
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    // Storage refused: the choices last as long as the page.
    return null
  }
}

class Preferences {
  #choices = $state<Choices>(checked(kept()))

  constructor() {
    // Another tab has chosen.
    globalThis.window?.addEventListener('storage', (event) => {
      if (event.key === KEY || event.key === null) Object.assign(this.#choices, checked(event.newValue))
    })
  }

  get current(): Readonly<Choices> {
    return this.#choices
  }

  set(change: Partial<Choices>): void {
    Object.assign(this.#choices, change)
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#choices))
    } catch {
      // Private windows may refuse; the choice then lasts as long as the page.
    }
  }
}

export const preferences = new Preferences()
