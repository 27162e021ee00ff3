/** A language is complete or it is not there. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import PO from 'pofile'
import { expect, test } from 'vitest'

const FOLDER = join(import.meta.dirname, '../../locales')
const catalogs = readdirSync(FOLDER).filter((name) => name.endsWith('.po'))

/** `{0}`, `<0>…</0>`, `<1/>` and the `#` of a plural form, in any order: a message must not lose one. */
const parts = (message: string) => (message.match(/\{\d+\}|<\/?\d+\/?>|#/g) ?? []).sort().join(' ')

test('there are catalogs of English and of one more language at least', () => {
  expect(catalogs).toContain('en.po')
  expect(catalogs.length).toBeGreaterThan(1)
})

for (const name of catalogs)
  test(`${name}: each message is there, and keeps its values and elements`, () => {
    const { items } = PO.parse(readFileSync(join(FOLDER, name), 'utf8'))
    const wrong = items
      .filter(({ obsolete }) => !obsolete)
      .flatMap(({ msgid, msgid_plural: many, msgstr }) => {
        const forms = many ? [msgid, ...msgstr.slice(1).map(() => many)] : [msgid]
        const isWhole =
          msgstr.length >= forms.length &&
          msgstr.every((text, i) => text !== '' && parts(text) === parts(forms[i]!))
        return isWhole ? [] : [`${msgid} → ${msgstr.join(' | ')}`]
      })
    expect(wrong).toEqual([])
  })
