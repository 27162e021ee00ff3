/** Counts requests as the exchange sees them and says when there were too many. */

export interface Counter {
  /** Counts one request; false when the limit was passed. */
  admit(atMs: number): boolean
  readonly stats: { readonly requests: number; readonly refused: number; readonly mostInOneSecond: number }
}

/** A sliding second. `requestsPerSecond` null = no limit, only counting. */
export function createCounter(requestsPerSecond: number | null): Counter {
  const recent: number[] = []
  const stats = { requests: 0, refused: 0, mostInOneSecond: 0 }
  return {
    stats,
    admit(atMs) {
      while (recent.length > 0 && recent[0]! <= atMs - 1000) recent.shift()
      recent.push(atMs)
      stats.requests++
      stats.mostInOneSecond = Math.max(stats.mostInOneSecond, recent.length)
      if (requestsPerSecond === null || recent.length <= requestsPerSecond) return true
      stats.refused++
      return false
    },
  }
}
