import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Manifest {
  readonly shortcuts: readonly { readonly name: string; readonly url: string }[]
  readonly icons: readonly { readonly src: string; readonly purpose: string }[]
  readonly background_color: string
  readonly theme_color: string
}

const manifest = JSON.parse(
  readFileSync(new URL('../static/manifest.webmanifest', import.meta.url), 'utf8'),
) as Manifest

test('shortcuts lead to screens that every server has, and to no market', () => {
  const urls = manifest.shortcuts.map(({ url }) => url)
  expect(urls).toEqual(['/', '/?add', '/offline'])
})

test('Android has what it makes its splash screen of: icons, a maskable one among them, and both colours', () => {
  expect(manifest.icons.map(({ purpose }) => purpose)).toContain('maskable')
  for (const { src } of manifest.icons)
    expect(existsSync(new URL(`../static${src}`, import.meta.url)), src).toBe(true)
  const css = readFileSync(new URL('app.css', import.meta.url), 'utf8')
  for (const colour of [manifest.background_color, manifest.theme_color])
    expect(css).toContain(`--ground: ${colour};`)
})
