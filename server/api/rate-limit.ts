/**
 * What one address may do in a minute: so many wrong tokens, so many writes. After that nothing more from there is looked
 * at until the minute is over. However many addresses try, the memory of them has a bound.
 */
import { isIPv6 } from 'node:net'

export interface RateLimit {
  /** Milliseconds until the address may try again; 0 = now. */
  waitMs(address: string): number
  /** It has done it once more. */
  count(address: string): void
  /** It has done nothing yet. */
  forget(address: string): void
}

interface Window {
  readonly startedMs: number
  times: number
}

const WINDOW_MS = 60_000
const MAX_ADDRESSES = 10_000

/** @param most times a minute; `now` is milliseconds of a clock that nobody sets */
export function createRateLimit(most: number, now: () => number = () => performance.now()): RateLimit {
  // The oldest first, as a Map keeps them.
  const windows = new Map<string, Window>()
  const current = (key: string) => {
    const window = windows.get(key)
    if (window && now() - window.startedMs < WINDOW_MS) return window
    windows.delete(key)
    return null
  }
  return {
    waitMs: (address) => {
      const window = current(keyOf(address))
      return window && window.times >= most ? window.startedMs + WINDOW_MS - now() : 0
    },
    count: (address) => {
      const key = keyOf(address)
      const window = current(key)
      if (window) window.times++
      else windows.set(key, { startedMs: now(), times: 1 })
      if (windows.size > MAX_ADDRESSES) windows.delete(windows.keys().next().value!)
    },
    forget: (address) => void windows.delete(keyOf(address)),
  }
}

/** Whoever has one IPv6 address has its whole /64. */
function keyOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  return isIPv6(address) ? expand(address).slice(0, 4).join(':') : address
}

/** The eight groups of an IPv6 address. */
function expand(address: string): string[] {
  const [head = '', tail] = address.split('%', 1)[0]!.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail ? tail.split(':') : []
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return tail === undefined ? before : [...before, ...zeros, ...after]
}
