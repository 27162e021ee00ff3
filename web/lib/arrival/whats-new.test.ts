import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { newsBetween, newsOf, readNews } from './whats-new.ts'

const CHANGELOG = `# Changelog

Notes.

## [Unreleased]

### Added

- App: an absence is told in \`σ\`
  of each coin.
  <!-- de: eine Abwesenheit wird in σ erzählt. -->
- Command line: status.
- App: packs pause.

### Fixed

- App: nothing blinks.

## [0.1.0]

- App: old news.
`

test('news are the entries for people of the newest section, in every language that is given', () => {
  expect(newsOf(CHANGELOG)).toEqual([
    { en: 'An absence is told in σ of each coin.', de: 'Eine Abwesenheit wird in σ erzählt.' },
    { en: 'Packs pause.' },
    { en: 'Nothing blinks.' },
  ])
  expect(newsOf('no changelog')).toEqual([])
})

test('only what this version does not have is told, in the language on screen where it is given', () => {
  const newer = newsOf(CHANGELOG)
  expect(newsBetween([{ en: 'Packs pause.' }], newer, 'de')).toEqual([
    'Eine Abwesenheit wird in σ erzählt.',
    'Nothing blinks.',
  ])
  expect(newsBetween(newer, newer, 'en')).toEqual([])
})

test('what a server gives is read, and whatever else comes is no news', () => {
  expect(readNews([{ en: 'a', de: 'b' }])).toEqual([{ en: 'a', de: 'b' }])
  for (const json of [null, {}, 'x', [{ de: 'b' }], [{ en: 1 }], [null]]) expect(readNews(json)).toBeNull()
})

test('the changelog of this project has news for people, each in every language of the app', () => {
  const root = new URL('../../../', import.meta.url)
  const news = newsOf(readFileSync(new URL('CHANGELOG.md', root), 'utf8'))
  const languages = readdirSync(new URL('web/locales', root)).flatMap(
    (name) => /^(.+)\.po$/.exec(name)?.[1] ?? [],
  )
  expect(news.length).toBeGreaterThan(0)
  expect(languages).toContain('de')
  for (const entry of news) {
    expect(Object.keys(entry).sort(), entry.en).toEqual(languages.toSorted())
    for (const text of Object.values(entry)) expect(text).not.toMatch(/[`<>]/)
  }
})
