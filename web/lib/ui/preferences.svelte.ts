/** How somebody likes to look at a market; kept on this device, and harmless to lose. */
import type { Zone } from '../../../core/format/time.ts'
import type { Interval } from '../../../core/time/interval.ts'
import { INTERVALS } from '../../../core/time/interval.ts'
import { ESTIMATORS, type Estimator } from '../../../core/volatility/types.ts'
import type { Language } from '../i18n/language.ts'
import { RANGES, type Range } from '../../worker/api.ts'
import { PRICE_LOOKS, type PriceLook } from '../chart/looks.ts'

const KEY = 'preferences'

interface Choices {
  range: Range
  look: PriceLook
  /** Whether prices stand on a logarithmic axis; null = for whole histories, which span orders of magnitude. */
  log: boolean | null
  /** Whether volumes are kept and shown under the price. */
  volume: boolean
  estimator: Estimator
  /** Bars in a window of σ. */
  window: number
  /** Bars of σ; null = those that suit the range. */
  interval: Interval | null
  zone: Zone
  language: 'system' | Language
}

const DEFAULTS: Choices = {
  range: '1Y',
  look: 'line',
  log: null,
  volume: false,
  estimator: 'yang-zhang',
  window: 30,
  interval: null,
  zone: 'local',
  language: 'system',
}

/** What was kept, every field checked: another version may have written it. */
function kept(): Choices {
  let found: Partial<Record<keyof Choices, unknown>> = {}
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    if (parsed && typeof parsed === 'object') found = parsed
  } catch {
    // Storage refused or text from elsewhere: the defaults are as good.
  }
  const oneOf = <T>(list: readonly T[], value: unknown, otherwise: T): T =>
    list.includes(value as T) ? (value as T) : otherwise
  const { window } = found
  return {
    range: oneOf(RANGES, found.range, DEFAULTS.range),
    look: oneOf(PRICE_LOOKS, found.look, DEFAULTS.look),
    log: oneOf([null, true, false], found.log, DEFAULTS.log),
    volume: found.volume === true,
    estimator: oneOf(ESTIMATORS, found.estimator, DEFAULTS.estimator),
    window: typeof window === 'number' && window >= 7 && window <= 365 ? Math.round(window) : DEFAULTS.window,
    interval: oneOf([null, ...INTERVALS], found.interval, DEFAULTS.interval),
    zone: oneOf(['local', 'utc'], found.zone, DEFAULTS.zone),
    language: oneOf(['system', 'en', 'de'], found.language, DEFAULTS.language),
  }
}

class Preferences {
  #choices = $state<Choices>(kept())

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
