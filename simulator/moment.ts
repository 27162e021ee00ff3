/** The minute that is forming: which part of its bar is known after some seconds. The whole bar is known beforehand. */
import type { Bar } from './bars.ts'
import { randomStream } from './random.ts'

/** The bar as traded by the end of `second` (0 to 59) of its minute; at 59 it is the whole bar. */
export function barSoFar(whole: Bar, second: number, streamName: string): Bar {
  if (second >= 59) return whole
  const path = pathOf(whole, streamName)
  let high = whole.open
  let low = whole.open
  for (let i = 0; i <= second; i++) {
    high = Math.max(high, path[i]!)
    low = Math.min(low, path[i]!)
  }
  const volume = Math.max(1, Math.floor((whole.volume * (second + 1)) / 60))
  return { open: whole.open, high, low, close: path[second]!, volume }
}

/** The price at each second: from open over the two extremes to close, straight but for a little noise, in whole ticks. */
function pathOf(whole: Bar, streamName: string): Int32Array {
  const bits = randomStream(streamName)
  const early = 3 + (bits() % 25)
  const late = 31 + (bits() % 25)
  const highFirst = whole.close < whole.open
  const knots: readonly (readonly [number, number])[] = [
    [0, whole.open],
    [early, highFirst ? whole.high : whole.low],
    [late, highFirst ? whole.low : whole.high],
    [59, whole.close],
  ]
  const path = new Int32Array(60)
  const noise = (whole.high - whole.low) / 6
  for (let k = 0; k < 3; k++) {
    const [from, start] = knots[k]!
    const [to, end] = knots[k + 1]!
    for (let i = from; i <= to; i++) {
      const straight = start + ((end - start) * (i - from)) / (to - from)
      const wiggle = i === from || i === to ? 0 : noise * (bits() / 4294967296 - 0.5)
      path[i] = Math.min(whole.high, Math.max(whole.low, Math.round(straight + wiggle)))
    }
  }
  return path
}
