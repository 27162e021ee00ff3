import { readFileSync } from 'node:fs'
import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import { splashPainter, splashes, splashLinks, type Painting } from './splash.ts'

const ICON = { width: 4, height: 4, data: new Uint8Array(64).fill(200) }
const at = ({ width, colours, pixels }: Painting, x: number, y: number) => colours[pixels[y * width + x]!]!

test('each device has one picture of its very size in each theme, and an iPad one for either way it is held', () => {
  const all = splashes()
  expect(new Set(all.map(({ file }) => file)).size).toBe(all.length)
  expect(new Set(all.map(({ media }) => media)).size).toBe(all.length)
  const of = (screen: string) => all.filter(({ media }) => media.startsWith(screen))
  expect(of('(device-width:393px) and (device-height:852px)').map(({ file }) => file)).toEqual([
    'splash/1179x2556-light.png',
    'splash/1179x2556-dark.png',
  ])
  const iPad = of('(device-width:820px)')
  expect(iPad.map(({ width, height }) => `${width}x${height}`)).toEqual([
    '1640x2360',
    '1640x2360',
    '2360x1640',
    '2360x1640',
  ])
  for (const { file, media } of all)
    expect(splashLinks()).toContain(
      `<link rel="apple-touch-startup-image" media="${media}" href="/${file}" />`,
    )
})

test('the icon stands in the middle of the ground of the app, mixed with it where it is transparent', () => {
  const splash = { ...splashes()[0]!, width: 10, height: 6, iconSide: 2, ground: [10, 20, 30] as const }
  const painting = splashPainter(ICON)(splash)
  expect(painting.pixels.length).toBe(10 * 6)
  for (const [x, y] of [
    [0, 0],
    [9, 5],
    [3, 2],
    [6, 3],
    [4, 1],
  ] as const)
    expect(at(painting, x, y)).toEqual([10, 20, 30])
  const mixed = [10, 20, 30].map((ground) => Math.round(200 * (200 / 255) + ground * (55 / 255)))
  for (const [x, y] of [
    [4, 2],
    [5, 3],
  ] as const)
    expect(at(painting, x, y)).toEqual(mixed)
})

test('a picture smaller by no whole number keeps its light', () => {
  const checked = { width: 4, height: 4, data: new Uint8Array(64) }
  for (let i = 0; i < 16; i++) checked.data.set([i * 16, 0, 0, 255], i * 4)
  const splash = { ...splashes()[0]!, width: 3, height: 3, iconSide: 3 }
  const painting = splashPainter(checked)(splash)
  const mean =
    [0, 1, 2, 3, 4, 5, 6, 7, 8].reduce((sum, i) => sum + at(painting, i % 3, Math.floor(i / 3))[0], 0) / 9
  expect(mean).toBeCloseTo((15 * 16) / 2, 0)
})

test('256 colours are enough for the icon: none that fills more than an edge is lost', () => {
  const icon = PNG.sync.read(readFileSync(new URL('../static/icon-512.png', import.meta.url)))
  const { colours } = splashPainter(icon)(splashes()[0]!)
  expect(colours.length).toBeLessThanOrEqual(256)
  const svg = readFileSync(new URL('../static/icon.svg', import.meta.url), 'utf8')
  const painted = colours.map((colour) => `#${colour.map((c) => c.toString(16).padStart(2, '0')).join('')}`)
  for (const [colour] of svg.matchAll(/#[0-9a-f]{6}/g)) expect(painted).toContain(colour)
})

test('the grounds are those of the app', () => {
  const css = readFileSync(new URL('app.css', import.meta.url), 'utf8')
  const grounds = [...css.matchAll(/--ground: (#[0-9a-f]{6});/g)].map(([, colour]) => colour)
  const painted = splashes().map(
    ({ ground }) => `#${ground.map((c) => c.toString(16).padStart(2, '0')).join('')}`,
  )
  expect(new Set(grounds)).toEqual(new Set(painted))
})
