/** The value axis: linear, or logarithmic where a history spans orders of magnitude. Shares run from 0 (bottom) to 1 (top). */

export interface ValueScale {
  readonly low: number
  readonly high: number
  readonly log: boolean
}

/** Where a value stands between the ends. */
export function shareOf({ low, high, log }: ValueScale, value: number): number {
  if (!log) return (value - low) / (high - low || 1)
  return Math.log(value / low) / (Math.log(high / low) || 1)
}

/** Room above and below the values; never beyond zero, where prices end. */
export function paddedScale(low: number, high: number, log: boolean): ValueScale {
  if (log && low > 0) {
    const room = (high / low) ** 0.05 || 1
    return { low: low / room, high: high * Math.max(room, 1.0001), log }
  }
  const room = (high - low) * 0.06 || Math.abs(high) * 0.01 || 1
  return { low: low > 0 ? Math.max(0, low - room) : low - room, high: high + room, log: false }
}
