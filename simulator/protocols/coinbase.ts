/** Coinbase Exchange: `exchange.ts` with the faults of `faulty.ts`. */
import { createExchange, tooManyBuckets } from '../exchange.ts'
import type { AnswerFault, Fault } from '../faults.ts'
import { possibleFaults, spoil, tooMany, viewOf, type HttpAnswer } from '../faulty.ts'
import type { SimulationOptions } from '../market.ts'
import type { HttpFault, Protocol } from './protocol.ts'

export function coinbaseProtocol(options: SimulationOptions): Protocol {
  const exchange = createExchange(options)
  return {
    answer: (url, nowMs) => exchange.answer(url, nowMs),
    refusal: tooMany,
    question: (url) =>
      `${url.pathname} ${url.searchParams.get('granularity')} ${url.searchParams.get('start')}`,
    possible: (url, good) => {
      const faults = possibleFaults(viewOf(url), good)
      return viewOf(url) === 'candles' && good.body.startsWith('[[') ? [...faults, ...OF_CANDLES] : faults
    },
    spoil(fault, url, _, ask) {
      if (fault.kind === 'exceeds-300') return tooManyBuckets()
      if (fault.kind === 'float-volumes') return withFloatVolumes(ask(url))
      return spoil(fault as Fault<AnswerFault>, viewOf(url), url, ask)
    },
    tick: (id, nowMs) => exchange.tick(id, nowMs),
  }
}

const OF_CANDLES: readonly HttpFault[] = ['float-volumes', 'exceeds-300']

/** Digits of a double that was printed in full. */
const DIGITS = 17

/** Volumes as sums of doubles print: 12.34 as 12.340000000000002. The same candle has the same one each time. */
function withFloatVolumes(good: HttpAnswer): HttpAnswer {
  const inFull = (volume: string) => {
    const plain = volume.includes('.') ? volume : `${volume}.`
    return `${plain}${'0'.repeat(Math.max(0, DIGITS - plain.length))}2`
  }
  return { ...good, body: good.body.replace(/,([\d.]+)\]/g, (_, volume: string) => `,${inFull(volume)}]`) }
}
