import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import { indexedPng } from './png.ts'

test('a picture of few colours is read back pixel by pixel, in few bytes', () => {
  const [width, height] = [301, 200]
  const colours = [
    [246, 245, 242],
    [17, 20, 27],
    [160, 140, 255],
  ] as const
  const pixels = Uint8Array.from({ length: width * height }, (_, i) =>
    i % width < 10 ? 0 : i % 997 === 3 ? 2 : 1,
  )
  const bytes = indexedPng({ width, height, colours, pixels })
  expect(bytes.length).toBeLessThan(2_000)
  const read = PNG.sync.read(Buffer.from(bytes))
  expect([read.width, read.height]).toEqual([width, height])
  const places = Array.from(pixels, (_, i) =>
    colours.findIndex((colour) => colour.every((value, channel) => read.data[i * 4 + channel] === value)),
  )
  expect(places).toEqual([...pixels])
})
