/** Which of a coin's markets comes first where it is followed in several currencies. */

interface Pair {
  readonly base: string
  readonly quote: string
}

/**
 * The same markets; those in the preferred currency take the place of the coin's first one, all others keep their order.
 *
 * @param quote null = as they come
 */
export function leadWithQuote<Market extends Pair>(
  markets: readonly Market[],
  quote: string | null,
): readonly Market[] {
  if (quote === null) return markets
  const led = [...markets]
  for (const market of markets) {
    if (market.quote.toUpperCase() !== quote) continue
    const first = led.findIndex(({ base }) => base === market.base)
    const here = led.indexOf(market)
    const isLed = led[first]?.quote.toUpperCase() === quote
    if (first < here && !isLed) led.splice(first, 0, ...led.splice(here, 1))
  }
  return led
}
