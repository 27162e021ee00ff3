/**
 * Sizes for people: powers of 1000, as phones and browsers count storage.
 */
import { groupDecimal } from './locale.ts'

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** `812 B`, `213 KB`, `5.2 MB`, `48 MB`; `n/a` for null. */
export function formatBytes(bytes: number | null, locale = 'en'): string {
  if (bytes === null || !Number.isFinite(bytes)) return 'n/a'
  let value = Math.max(0, bytes)
  let unit = 0
  // 999.5 would be written as 1000.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  // One decimal where a whole number would hide too much.
  const text = unit >= 2 && value < 9.95 ? value.toFixed(1) : value.toFixed(0)
  return `${groupDecimal(text, locale)} ${UNITS[unit]}`
}
