/** Which panels lie below the price, in which order, and how they look. */
import { t } from '$lib/i18n/t.ts'
import { ESTIMATORS, type Estimator } from '$core/volatility/types.ts'

export const PANELS = ['sigma', 'cone', 'drawdown', 'distribution', 'week', 'realised', 'kept'] as const
export type PanelName = (typeof PANELS)[number]

export function nameOfPanel(panel: PanelName): string {
  switch (panel) {
    case 'sigma':
      return t('Volatility')
    case 'cone':
      return t('Volatility cone')
    case 'drawdown':
      return t('Drawdown')
    case 'distribution':
      return t('Distribution of returns')
    case 'week':
      return t('Hours of the week')
    case 'realised':
      return t('Inside the days')
    case 'kept':
      return t('On this device')
  }
}

/** Lines of σ beside the first one. */
export const MOST_OTHERS = 2

export interface Choices {
  /** Every panel once. */
  order: readonly PanelName[]
  hidden: readonly PanelName[]
  /** Estimators drawn beside the chosen one. */
  others: readonly Estimator[]
  counts: 'linear' | 'log'
}

/** What was kept, every field checked: another version may have written it, with more panels or fewer. */
export function readChoices(text: string | null): Choices {
  let found: Partial<Record<keyof Choices, unknown>> = {}
  try {
    const parsed: unknown = JSON.parse(text ?? '{}')
    if (parsed && typeof parsed === 'object') found = parsed
  } catch {
    // Text from elsewhere: the defaults are as good.
  }
  const known = <T>(value: unknown, list: readonly T[]) =>
    Array.isArray(value) ? [...new Set(value as T[])].filter((one) => list.includes(one)) : []
  const order = known(found.order, PANELS)
  return {
    order: [...order, ...PANELS.filter((panel) => !order.includes(panel))],
    hidden: known(found.hidden, PANELS),
    others: known(found.others, ESTIMATORS).slice(0, MOST_OTHERS),
    counts: found.counts === 'log' ? 'log' : 'linear',
  }
}

/** The order with one panel moved by some places, no further than the ends. */
export function moved(order: readonly PanelName[], panel: PanelName, by: number): PanelName[] {
  const from = order.indexOf(panel)
  const to = Math.min(order.length - 1, Math.max(0, from + by))
  const rest = order.filter((one) => one !== panel)
  return [...rest.slice(0, to), panel, ...rest.slice(to)]
}
