/** How numbers read on screen, and what they never become. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSpan } from './age.ts'
import { formatBytes } from './bytes.ts'
import { dateLocale, safeLocale } from './locale.ts'
import { formatMove } from './move.ts'
import { formatChange, formatPercent, formatSigma } from './percent.ts'
import { formatPrice } from './price.ts'
import { roundDecimal } from './round.ts'
import { formatInstant } from './time.ts'

describe('a price', () => {
  it.each([
    ['61168.13', '0.01', '61,168.13'],
    ['61250', '0.01', '61,250.00'],
    ['61250', null, '61,250.00'],
    ['0.1234', '0.0001', '0.1234'],
    ['0.12', '0.01', '0.1200'],
    ['5', null, '5.000'],
    ['12.3456789', null, '12.35'],
    ['0.00012346', null, '0.0001235'],
    ['0.00001234', '0.00000001', '0.0₄1234'],
    ['0.00002', '0.00000001', '0.0₄2000'],
    ['1.5e-15', null, '0.0₁₄1500'],
    ['0.000099999', null, '0.00010000'],
    ['73271.630000000000000001', '0.000000000000000001', '73,271.630000000000000001'],
    ['0.5', '0.000000000000000001', '0.5000000000'],
    ['0', null, '0'],
    ['NaN', null, 'n/a'],
  ])('of %s at a tick of %s reads %s', (price, tick, text) => {
    expect(formatPrice(price, tick).text).toBe(text)
  })

  it('is spelled out with every zero for screen readers', () => {
    expect(formatPrice('0.00001234', null).spoken).toBe('0.00001234')
    expect(formatPrice('61168.13', '0.01').spoken).toBe('61,168.13')
  })

  it('is grouped by locale, with digits 0 to 9', () => {
    expect(formatPrice('1234567.5', '0.01', 'de').text).toBe('1.234.567,50')
    expect(formatPrice('1234567.5', '0.01', 'en-IN').text).toBe('12,34,567.50')
    expect(formatPrice('1234567.5', '0.01', 'ar-EG').text).toMatch(/^[\d.,]+$/)
    expect(formatPrice('0.00001234', null, 'de').text).toBe('0,0₄1234')
  })

  it.each(['C', 'en_US@posix', '', 'x'])('survives the invalid language "%s"', (locale) => {
    expect(formatPrice('61168.13', '0.01', locale).text).toBe('61,168.13')
  })

  it('above 0 is never written as zero, with an exponent, or with fewer than four digits', () => {
    const price = fc.tuple(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: -30, max: 20 }))
    fc.assert(
      fc.property(price, fc.constantFrom(null, '0.01', '1', '0.00000001'), ([digits, power], tick) => {
        const { text, spoken } = formatPrice(`${digits}e${power}`, tick)
        const significant = spoken.replace(/[^\d]/g, '').replace(/^0+/, '')
        expect(significant.length).toBeGreaterThanOrEqual(4)
        expect(significant).toMatch(/[1-9]/)
        expect(text).not.toMatch(/e/i)
        expect(Number(spoken.replaceAll(',', '')) / (digits * 10 ** power)).toBeCloseTo(1, 3)
      }),
    )
  })
})

describe('a change', () => {
  it.each([
    [0.0123, '▲ +1.23 %', 'up'],
    [-0.0123, '▼ −1.23 %', 'down'],
    [0, '◆ ±0.00 %', 'flat'],
    [12.5, '▲ +1,250.00 %', 'up'],
    [null, 'n/a', null],
    [NaN, 'n/a', null],
  ])('of %d reads %s', (fraction, text, direction) => {
    expect(formatChange(fraction)).toMatchObject({ text, direction })
  })
})

describe('σ', () => {
  it('reads in percent with the daily move', () => {
    expect(formatSigma(0.583)).toEqual({ text: '58.3 %', year: '58.3', day: '3.1' })
  })

  it('that is not available is n/a and never 0', () => {
    expect(formatSigma(NaN)).toEqual({ text: 'n/a', year: null, day: null })
    expect(formatSigma(null).text).toBe('n/a')
  })

  it('of a flat window is 0, and a small one does not read as 0', () => {
    expect(formatSigma(0).text).toBe('0.0 %')
    expect(formatSigma(0.0003)).toMatchObject({ text: '< 0.1 %', day: '< 0.1' })
  })

  it('is rounded as a decimal', () => {
    expect(formatPercent(0.0285, 0)).toBe('3 %')
    expect(formatPercent(0.285, 1)).toBe('28.5 %')
    expect(formatPercent(1.005, 0)).toBe('101 %')
    expect(formatPercent(0.5825, 1, 'de')).toBe('58,3 %')
    expect(formatPercent(-0.1)).toBe('−10.0 %')
    expect(formatPercent(null)).toBe('n/a')
  })
})

describe('ages, sizes and times', () => {
  it('a span reads in its largest unit', () => {
    expect(formatSpan(76 * 3_600_000)).toBe('3 d 4 h')
    expect(formatSpan(72 * 3_600_000)).toBe('3 d')
    expect(formatSpan(200_000)).toBe('3 min')
    expect(formatSpan(0)).toBe('0 s')
  })

  it.each([
    [812, '812 B'],
    [213_400, '213 KB'],
    [5_213_456, '5.2 MB'],
    [48_000_000, '48 MB'],
    [999_700, '1.0 MB'],
    [9_960_000, '10 MB'],
    [2.5e9, '2.5 GB'],
    [null, 'n/a'],
  ])('%d bytes read %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  it('an instant names UTC, and the reader’s own zone does not', () => {
    const noon = Date.UTC(2024, 2, 1, 12)
    expect(formatInstant(noon, 'utc', 'minute')).toBe('1 Mar 2024, 12:00 UTC')
    expect(formatInstant(noon, 'utc', 'day', 'en-US')).toBe('1 Mar 2024 UTC')
    expect(formatInstant(noon, 'utc', 'day', 'de')).toBe('1. März 2024 UTC')
    expect(formatInstant(noon, 'utc', 'second', 'C')).toBe('1 Mar 2024, 12:00:00 UTC')
    expect(formatInstant(noon, 'local', 'minute')).not.toContain('UTC')
    expect(formatInstant(NaN, 'utc', 'day')).toBe('n/a')
  })
})

describe('a move in σ', () => {
  it.each([
    [2.34, '+2.3 σ', 'up'],
    [-0.85, '−0.9 σ', 'down'],
    [-0.04, '0.0 σ', 'flat'],
    [0, '0.0 σ', 'flat'],
    [1e-9, '0.0 σ', 'flat'],
    [NaN, 'n/a', null],
  ])('of %d reads as %s', (sigmas, text, direction) => {
    expect(formatMove(sigmas)).toMatchObject({ text, direction })
  })

  it('has the decimal sign of the reader', () => {
    expect(formatMove(-12.345, 'de').text).toBe('−12,3 σ')
  })
})

describe('the tools below', () => {
  it('a language that Intl refuses becomes English', () => {
    expect(safeLocale(undefined)).toBe('en')
    expect(safeLocale('C')).toBe('en')
    expect(safeLocale('pt-br')).toBe('pt-BR')
    expect(['en-US', 'C', 'de-AT'].map(dateLocale)).toEqual(['en-GB', 'en-GB', 'de-AT'])
  })

  it.each([
    ['0.995', 2, '1.00'],
    ['0.994999', 2, '0.99'],
    ['9.5', 0, '10'],
    ['1', 3, '1.000'],
    ['0.0004', 3, '0.000'],
  ])('%s rounded to %d decimals is %s', (plain, places, rounded) => {
    expect(roundDecimal(plain, places)).toBe(rounded)
  })
})
