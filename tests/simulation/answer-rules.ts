/** How the simulated exchange misbehaves over the hours of a seed: a little all the time, storms, and single spikes. */
import {
  ANSWER_FAULTS,
  ANYWHERE_FAULTS,
  ROW_FAULTS,
  type AnswerFault,
  type FaultRule,
} from '../../simulator/faults.ts'
import type { Chance } from './chance.ts'

/** A spike that is given twice is the record, so each comes alone. */
const LASTING = ANSWER_FAULTS.filter((kind) => kind !== 'spike')
/** Where rows of every answer are spoilt for hours, that is how the source is. */
const MOST_OF_ROWS = 0.4

/** @param startsAt when the program begins again, in seconds: its first call fails */
export function answerRules(
  seed: number,
  chance: Chance,
  hours: number,
  startsAt: readonly number[],
): readonly FaultRule[] {
  const seconds = hours * 3600
  const rule = (kinds: readonly AnswerFault[], given: Partial<FaultRule>): FaultRule => ({
    rate: 1,
    seed: String(seed),
    kinds: [...kinds],
    path: '',
    after_seconds: 0,
    for_seconds: null,
    count: null,
    ...given,
  })
  const storm = () => {
    const kinds = chance.some(LASTING, 1, 4)
    const isOfRows = kinds.some((kind) => (ROW_FAULTS as readonly AnswerFault[]).includes(kind))
    return rule(kinds, {
      rate: chance.between(0.1, isOfRows ? MOST_OF_ROWS : 1),
      after_seconds: chance.between(0, seconds),
      for_seconds: chance.length(300, 4 * 3600),
    })
  }
  const empty = () =>
    rule(['empty-list'], {
      rate: 0.2,
      after_seconds: chance.between(0, seconds),
      for_seconds: chance.length(3600, 12 * 3600),
    })
  const spike = () =>
    rule(['spike'], { after_seconds: chance.between(0, seconds), for_seconds: 600, count: 1 })
  const first = (after: number) =>
    rule([chance.one(ANYWHERE_FAULTS)], { after_seconds: after, for_seconds: 600, count: 1 })
  return [
    ...[0, ...startsAt.filter(() => chance.is(0.5))].map(first),
    ...Array.from({ length: chance.whole(0, 8) }, spike),
    ...Array.from({ length: chance.whole(2, 8) }, storm),
    ...(chance.is(0.6) ? [empty()] : []),
    rule(LASTING, { rate: chance.one([0, 0.02, 0.05, 0.1, 0.2]) }),
  ]
}
