import { expect, test } from 'vitest'
import { formatChange, formatSigma } from '../../../core/format/percent.ts'
import { ageText, changeSaid, dailyMove, sigmaSaid } from './said.ts'

test.each([
  [-5000, 'just now'],
  [4999, 'just now'],
  [12_000, '12 s ago'],
  [76 * 3_600_000, '3 d 4 h ago'],
])('an age of %d ms reads %s', (ms, text) => {
  expect(ageText(ms)).toBe(text)
})

test('a change is said by its direction', () => {
  expect(changeSaid(formatChange(0.0123))).toBe('up 1.23 percent')
  expect(changeSaid(formatChange(-0.5))).toBe('down 50.00 percent')
  expect(changeSaid(formatChange(0))).toBe('unchanged')
  expect(changeSaid(formatChange(null))).toBe('change not available')
})

test('σ is said a year and a day, and never as nothing', () => {
  expect(dailyMove(formatSigma(0.583))).toBe('≈ 3.1 % a day')
  expect(sigmaSaid(formatSigma(0.583))).toBe('58.3 percent a year, about 3.1 percent a day')
  expect(dailyMove(formatSigma(0.0003))).toBe('< 0.1 % a day')
  expect(sigmaSaid(formatSigma(0.0003))).toBe('less than 0.1 percent a year')
  expect(dailyMove(formatSigma(null))).toBe('')
  expect(sigmaSaid(formatSigma(null))).toBe('volatility not available')
})
