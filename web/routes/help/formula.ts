/** Formulas as trees of MathML. Text is cut into names, numbers and signs; nothing of it is translated. */

/** An element of presentation MathML with its children, or text that is cut into such. */
export type Part = string | { readonly tag: string; readonly parts: readonly Part[] }

/** A name, a number or a sign. */
export interface Token {
  readonly tag: 'mi' | 'mn' | 'mo'
  readonly text: string
}

const TOKEN = /\p{L}+|\d+(?:\.\d+)?|\S/gu

export function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map(([token]) => ({
    tag: /\p{L}/u.test(token) ? 'mi' : /\d/.test(token) ? 'mn' : 'mo',
    text: token,
  }))
}

/** Empty at the beginning of a line it makes the sign after it one between two things. */
export const row = (...parts: readonly Part[]): Part => ({ tag: 'mrow', parts })
/** Sub, superscript and fractions take one element each: what has several is a row. */
const one = (part: Part): Part => (typeof part === 'string' && tokensOf(part).length > 1 ? row(part) : part)
export const over = (above: Part, below: Part): Part => ({ tag: 'mfrac', parts: [one(above), one(below)] })
export const sub = (base: Part, below: Part): Part => ({ tag: 'msub', parts: [one(base), one(below)] })
export const squared = (base: Part): Part => ({ tag: 'msup', parts: [one(base), '2'] })
export const root = (part: Part): Part => ({ tag: 'msqrt', parts: [part] })
/** A letter with an index, squared: σ²ₜ. */
export const squaredAt = (base: Part, below: Part): Part => ({
  tag: 'msubsup',
  parts: [one(base), one(below), '2'],
})
export const meanOf = (name: string): Part => ({ tag: 'mover', parts: [name, '¯'] })
