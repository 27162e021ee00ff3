/** Coinbase Exchange: `exchange.ts` with the faults of `faulty.ts`. */
import { createExchange } from '../exchange.ts'
import type { AnswerFault, Fault } from '../faults.ts'
import { possibleFaults, spoil, tooMany, viewOf } from '../faulty.ts'
import type { SimulationOptions } from '../market.ts'
import type { Protocol } from './protocol.ts'

export function coinbaseProtocol(options: SimulationOptions): Protocol {
  const exchange = createExchange(options)
  return {
    answer: (url, nowMs) => exchange.answer(url, nowMs),
    refusal: tooMany,
    question: (url) =>
      `${url.pathname} ${url.searchParams.get('granularity')} ${url.searchParams.get('start')}`,
    possible: (url, good) => possibleFaults(viewOf(url), good),
    spoil: (fault, url, _, ask) => spoil(fault as Fault<AnswerFault>, viewOf(url), url, ask),
    tick: (id, nowMs) => exchange.tick(id, nowMs),
  }
}
