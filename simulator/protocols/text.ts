/** Numbers and addresses as the protocols print and read them. */
import { unitsText } from '../bars.ts'
import type { Product } from '../catalogue.ts'
import type { HttpAnswer } from '../faulty.ts'
import type { TimedBar } from '../market.ts'

/** A bar in decimal text. */
export function barText({ priceDecimals, amountDecimals }: Product, bar: TimedBar) {
  return {
    open: unitsText(bar.open, priceDecimals),
    high: unitsText(bar.high, priceDecimals),
    low: unitsText(bar.low, priceDecimals),
    close: unitsText(bar.close, priceDecimals),
    volume: unitsText(bar.volume, amountDecimals),
  }
}

export function json(value: unknown, status = 200): HttpAnswer {
  return { status, body: JSON.stringify(value) }
}

export function html(status: number, text: string): HttpAnswer {
  return {
    status,
    body: `<!DOCTYPE html><html><head><title>${text}</title></head><body>${text}</body></html>`,
    contentType: 'text/html; charset=UTF-8',
  }
}

/** A parameter as a number; NaN where it is missing or none. */
export function numberOf(query: URLSearchParams, name: string): number {
  const text = query.get(name)
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : NaN
}
