/** The subjects of the help beside the estimators: their addresses, in the order of the page. */
import { t } from '$lib/i18n/t.ts'

export const TOPICS = [
  'receipt',
  'year',
  'mean',
  'gaps',
  'bands',
  'cone',
  'jumps',
  'moves',
  'ranking',
  'mistakes',
  'not-available',
] as const

export type Topic = (typeof TOPICS)[number]

export function topicNames(): Readonly<Record<Topic, string>> {
  return {
    receipt: t('What a receipt says'),
    year: t('A year has 365 days'),
    mean: t('The mean'),
    gaps: t('Gaps and empty places'),
    bands: t('How sure a value is'),
    cone: t('The cone'),
    jumps: t('Jumps, up and down'),
    moves: t('Moves in σ'),
    ranking: t('The ranking'),
    mistakes: t('What other tools print'),
    'not-available': t('Where σ is n/a'),
  }
}
