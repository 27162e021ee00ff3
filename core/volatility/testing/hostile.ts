/** Series that are hostile in every way that markets are, the same from the same recipe. */
import { missingColumns, State, type CandleColumns } from '../../candle/columns.ts'
import { randomFrom } from '../../chunk/testing/random.ts'
import type { MarketId } from '../../market.ts'
import type { Interval } from '../../time/interval.ts'

/** What a hostile series is made of. */
export interface Recipe {
  readonly seed: number
  /** Places of the grid. */
  readonly length: number
  /** The first price. */
  readonly price: number
  /** Size of a bar's moves, as a fraction. */
  readonly step: number
  /** Prices are whole numbers of it. */
  readonly tick: number
  /** Shares of places without a bar, and without a trade. */
  readonly missing: number
  readonly empty: number
  /** Share of places in halts of 20, in which nothing moves. */
  readonly halted: number
  /** Closes that are 10,000 times too high, about so many. */
  readonly badTicks: number
}

export function hostileSeries(recipe: Recipe, interval: Interval = '1m'): CandleColumns {
  const random = randomFrom(recipe.seed)
  const { length, tick } = recipe
  const columns = missingColumns('csv:hostile' as MarketId, interval, 0, length, false)
  const onTick = (price: number) => Math.max(tick, Math.round(price / tick) * tick)
  let price = recipe.price
  let halt = 0
  for (let i = 0; i < length; i++) {
    if (halt === 0 && random() < recipe.halted / 20) halt = 20
    const still = halt > 0
    if (still) halt--
    const walk = () => (still ? price : price * (1 + recipe.step * (random() + random() - 1)))
    const open = onTick(walk())
    price = walk()
    let close = onTick(price)
    if (random() < recipe.badTicks / length) close *= 1e4
    const high = Math.max(open, close, onTick(walk()))
    const low = Math.min(open, close, onTick(walk()))
    const absent = random()
    if (absent < recipe.missing) columns.states[i] = random() < 0.5 ? State.missing : State.outage
    else if (absent < recipe.missing + recipe.empty) columns.states[i] = State.empty
    else {
      columns.states[i] = State.present
      columns.open[i] = open
      columns.high[i] = high
      columns.low[i] = low
      columns.close[i] = close
    }
  }
  return columns
}
