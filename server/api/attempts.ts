/**
 * Wrong tokens by address: after ten in a minute nothing more from there is looked at until the minute is over.
 * However many addresses try, the memory of them has a bound.
 */
import { isIPv6 } from 'node:net'

export interface Attempts {
  /** Milliseconds until the address may try again; 0 = now. */
  waitMs(address: string): number
  /** It gave a wrong token. */
  failed(address: string): void
  /** It gave the right one. */
  succeeded(address: string): void
}

interface Window {
  readonly startedMs: number
  failures: number
}

const WINDOW_MS = 60_000
const MAX_FAILURES = 10
const MAX_ADDRESSES = 10_000

/** @param now milliseconds of a clock that nobody sets */
export function createAttempts(now: () => number = () => performance.now()): Attempts {
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
      return window && window.failures >= MAX_FAILURES ? window.startedMs + WINDOW_MS - now() : 0
    },
    failed: (address) => {
      const key = keyOf(address)
      const window = current(key)
      if (window) window.failures++
      else windows.set(key, { startedMs: now(), failures: 1 })
      if (windows.size > MAX_ADDRESSES) windows.delete(windows.keys().next().value!)
    },
    succeeded: (address) => void windows.delete(keyOf(address)),
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
