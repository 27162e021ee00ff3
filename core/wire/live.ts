/**
 * Reads the events of the live stream. What they tell is for the moment, but it is painted at once, so it is checked
 * like everything else.
 */
import { checkRow } from '../candle/check.ts'
import { STORED_INTERVALS } from '../time/interval.ts'
import type { CandleAnswer, LiveEvents } from './api.ts'
import { WireError } from './error.ts'
import { countOf, decimalOf, fieldsOf, instantOf, listOf, marketOf, wordOf } from './fields.ts'

/** For each event its reader: from parsed JSON to the event. Each throws `WireError` naming the field at fault. */
export const readLiveEvent = {
  price(json: unknown): LiveEvents['price'] {
    const event = fieldsOf(json, 'price')
    return {
      market: marketOf(event.market, 'price.market'),
      price: decimalOf(event.price, 'price.price'),
      as_of: instantOf(event.as_of, 'price.as_of'),
    }
  },

  candle(json: unknown): LiveEvents['candle'] {
    const event = fieldsOf(json, 'candle')
    const interval = wordOf(event.interval, 'candle.interval', STORED_INTERVALS)
    const candle = candleOf(event.candle, 'candle.candle')
    const [start, open, high, low, close, volume] = candle
    const row = { startMs: Date.parse(start), open, high, low, close, volume }
    // The device's clock may be wrong; whether this is the future is the server's to say.
    const fault = checkRow(row, interval, Infinity)
    if (fault !== null) throw new WireError('candle.candle', fault)
    return {
      market: marketOf(event.market, 'candle.market'),
      interval,
      candle,
      ...(event.samples === undefined
        ? {}
        : { samples: countOf(event.samples, 'candle.samples', 2 ** 32 - 1) }),
      revision: countOf(event.revision, 'candle.revision', Number.MAX_SAFE_INTEGER),
    }
  },

  revision(json: unknown): LiveEvents['revision'] {
    const event = fieldsOf(json, 'revision')
    return { revision: countOf(event.revision, 'revision.revision', Number.MAX_SAFE_INTEGER) }
  },
} as const

function candleOf(json: unknown, path: string): CandleAnswer {
  const fields = listOf(json, path)
  if (fields.length !== 6) throw new WireError(path, `expected six fields, got ${fields.length}`)
  const price = (at: number) => decimalOf(fields[at], `${path}[${at}]`)
  return [
    instantOf(fields[0], `${path}[0]`),
    price(1),
    price(2),
    price(3),
    price(4),
    fields[5] === null ? null : price(5),
  ]
}
