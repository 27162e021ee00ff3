import { describe, expect, test } from 'vitest'
import { ESTIMATORS } from '$core/volatility/types.ts'
import { estimatorHelp } from './estimators.ts'
import { over, squaredAt, tokensOf, type Part } from './formula.ts'

describe('a formula', () => {
  test('is cut into names, numbers and signs', () => {
    expect(tokensOf('k = 0.34 ln 2 − σ')).toEqual([
      { tag: 'mi', text: 'k' },
      { tag: 'mo', text: '=' },
      { tag: 'mn', text: '0.34' },
      { tag: 'mi', text: 'ln' },
      { tag: 'mn', text: '2' },
      { tag: 'mo', text: '−' },
      { tag: 'mi', text: 'σ' },
    ])
  })

  test('gives fractions and indices one element for each of their places', () => {
    expect(over('1', 'n − 1')).toEqual({ tag: 'mfrac', parts: ['1', { tag: 'mrow', parts: ['n − 1'] }] })
    expect(squaredAt('σ', 't')).toEqual({ tag: 'msubsup', parts: ['σ', 't', '2'] })
  })

  test('of every estimator is whole: what is opened is closed', () => {
    const text = (part: Part): string => (typeof part === 'string' ? part : part.parts.map(text).join(''))
    for (const estimator of ESTIMATORS) {
      const signs = estimatorHelp()[estimator].lines.map(text).join('')
      for (const [open, close] of ['()', '[]'])
        expect(signs.split(open!).length, estimator).toBe(signs.split(close!).length)
    }
  })
})
