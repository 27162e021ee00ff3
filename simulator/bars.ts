/** Bars of the simulation: columns of whole ticks and whole smallest amounts, so that nothing is ever rounded twice. */

export interface Bars {
  readonly length: number
  /** 1 where something was traded; the other columns mean nothing where it is 0. */
  readonly traded: Uint8Array
  readonly open: Int32Array
  readonly high: Int32Array
  readonly low: Int32Array
  readonly close: Int32Array
  readonly volume: Float64Array
}

/** One bar on its own. */
export interface Bar {
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

export function createBars(length: number): Bars {
  const column = () => new Int32Array(length)
  return {
    length,
    traded: new Uint8Array(length),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: new Float64Array(length),
  }
}

/** The bar at a place; null where nothing was traded. */
export function barAt(bars: Bars, place: number): Bar | null {
  if (!bars.traded[place]) return null
  return {
    open: bars.open[place]!,
    high: bars.high[place]!,
    low: bars.low[place]!,
    close: bars.close[place]!,
    volume: bars.volume[place]!,
  }
}

/** Puts a bar at a place. */
export function setBar(bars: Bars, place: number, bar: Bar): void {
  bars.traded[place] = 1
  bars.open[place] = bar.open
  bars.high[place] = bar.high
  bars.low[place] = bar.low
  bars.close[place] = bar.close
  bars.volume[place] = bar.volume
}

/** One bar of the places [from, to); null when nothing was traded in them. */
export function mergeBars(bars: Bars, from: number, to: number): Bar | null {
  let first = from
  while (first < to && !bars.traded[first]) first++
  if (first >= to) return null
  let high = bars.high[first]!
  let low = bars.low[first]!
  let last = first
  let volume = 0
  for (let i = first; i < to; i++) {
    if (!bars.traded[i]) continue
    if (bars.high[i]! > high) high = bars.high[i]!
    if (bars.low[i]! < low) low = bars.low[i]!
    volume += bars.volume[i]!
    last = i
  }
  return { open: bars.open[first]!, high, low, close: bars.close[last]!, volume }
}

/** The bar of two spans, the earlier first. */
export function followedBy(earlier: Bar | null, later: Bar | null): Bar | null {
  if (!earlier || !later) return earlier ?? later
  return {
    open: earlier.open,
    high: Math.max(earlier.high, later.high),
    low: Math.min(earlier.low, later.low),
    close: later.close,
    volume: earlier.volume + later.volume,
  }
}

/** Decimal text of a whole number of units of 10^−decimals, in its shortest plain form. */
export function unitsText(units: number, decimals: number): string {
  const digits = String(units)
  if (decimals === 0) return digits
  const padded = digits.padStart(decimals + 1, '0')
  const fraction = padded.slice(-decimals).replace(/0+$/, '')
  return fraction === '' ? padded.slice(0, -decimals) : `${padded.slice(0, -decimals)}.${fraction}`
}
