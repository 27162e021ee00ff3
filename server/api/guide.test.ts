/** The page for phones: its look is the app's, its languages say the same, and it is whole in each of its states. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeAuthority } from '../phones/authority.ts'
import type { PhonesStatus } from '../phones/phones.ts'
import { guidePage } from './guide/page.ts'
import { DEVICES, WORDS, type Language } from './guide/words.ts'

const css = (path: string) => readFile(join(import.meta.dirname, path), 'utf8')
const LANGUAGES = Object.keys(WORDS) as Language[]

/** The values of the tokens below a selector. */
function tokens(text: string, selector: string): Map<string, string> {
  const from = text.indexOf(selector)
  expect(from, selector).toBeGreaterThanOrEqual(0)
  const block = text.slice(from, text.indexOf('}', from))
  return new Map([...block.matchAll(/--([a-z-]+): (#[0-9a-f]+);/g)].map(([, name, value]) => [name!, value!]))
}

test.each([
  ['light', ':root {', "[data-theme='light'] {"],
  ['dark', '@media (prefers-color-scheme: dark) {', "[data-theme='dark'] {"],
])('its %s colours are those of the app', async (_, own, apps) => {
  const [page, app] = [await css('guide/page.css'), await css('../../web/app.css')]
  const used = tokens(page, own)
  const defined = tokens(app, apps)
  expect(used.size).toBe(8)
  for (const [name, value] of used) expect([name, defined.get(name)]).toEqual([name, value])
})

test('each language has as many steps for each device, and its own words everywhere', () => {
  for (const device of DEVICES) {
    const steps = LANGUAGES.map((language) => WORDS[language].device(device, 'Name').length)
    expect(new Set(steps).size).toBe(1)
  }
  const texts = LANGUAGES.map((language) =>
    Object.entries(WORDS[language]).flatMap(([key, text]) =>
      typeof text === 'string' ? [`${key}: ${text}`] : [],
    ),
  )
  expect(new Set(texts.flat()).size).toBe(texts.flat().length)
})

test('in each state, device and language it is one whole page, without a script or style in it', async () => {
  const { cert } = await makeAuthority({ hosts: ['pi.local'], addresses: [] }, Date.now())
  const phones: PhonesStatus = {
    guide: 'http://192.168.1.5:8443/phone',
    addresses: ['https://192.168.1.5:8443', 'https://pi.local:8443'],
    port: 8443,
    fingerprint: 'AB:'.repeat(31) + 'AB',
    authority: cert,
    authorityEndsMs: 0,
    certificateEndsMs: 0,
    madeAuthority: false,
    refused: [],
    isPublic: false,
  }
  for (const language of LANGUAGES)
    for (const device of DEVICES)
      for (const [state, own, words] of [
        [phones, null, WORDS[language].download],
        [null, null, WORDS[language].off],
        [null, 'https://prices.example.org', WORDS[language].own],
      ] as const) {
        const visit = { language, device, host: 'pi.local', isHttps: false, phones: state, own }
        const page = String(await guidePage(visit))
        expect(page).toContain(`<html lang="${language}">`)
        expect(page).toContain(words)
        expect(page).not.toMatch(/undefined|\[object|style=|<script>/)
        if (own) expect(page).toContain(`href="${own}/"`)
      }
  // The name that stays when addresses change is looked at first; the link leads to where the visitor is.
  const visit = { language: 'en', device: 'ios', isHttps: false, phones, own: null } as const
  const page = String(await guidePage({ ...visit, host: '192.168.1.5' }))
  expect(page).toContain('data-origins="https://pi.local:8443 https://192.168.1.5:8443"')
  expect(page).toContain('href="https://192.168.1.5:8443/"')
})
