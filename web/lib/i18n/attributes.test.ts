/** Sentences that the build would not take up: only attributes that are read are, so one of our own must be named by `t`. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, type AST } from 'svelte/compiler'
import { expect, test } from 'vitest'
import { READ } from '../../../wuchale.config.js'

const WEB = join(import.meta.dirname, '../..')

/** Attributes of components that hold a sentence or a word for people. */
function plainTexts(source: string): string[] {
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, attributes } = node as Partial<AST.Component>
    if (type === 'Component') for (const attribute of attributes ?? []) found.push(...textOf(attribute))
    for (const child of Object.values(node)) visit(child)
  }
  visit(parse(source, { modern: true }).fragment)
  return found
}

function textOf(attribute: AST.Component['attributes'][number]): string[] {
  if (attribute.type !== 'Attribute' || attribute.value === true || attribute.name === 'class') return []
  if (READ.test(attribute.name)) return []
  const text = [attribute.value]
    .flat()
    .map((part) => (part.type === 'Text' ? part.data : ''))
    .join('')
  return /^\p{Lu}|\p{L} /u.test(text) ? [`${attribute.name}="${text}"`] : []
}

test('what people read in attributes of components is in the catalogs', () => {
  const files = globSync('**/*.svelte', { cwd: WEB }).filter((file) => !file.startsWith('design/'))
  expect(files.length).toBeGreaterThan(50)
  const plain = files.flatMap((file) =>
    plainTexts(readFileSync(join(WEB, file), 'utf8')).map((text) => `${file}: ${text}`),
  )
  expect(plain).toEqual([])
})
