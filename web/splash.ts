/**
 * What an iPhone or iPad shows while the app opens from its home screen. iOS takes one picture whose size is exactly that of
 * the screen, and nothing from the manifest; they are painted when the app is built. Android makes its own of the manifest's
 * icons and colours.
 */

/** A screen in CSS pixels, upright, and how many of the device's pixels go into one of them. */
type Screen = readonly [width: number, height: number, ratio: number]

/** Those that iOS and iPadOS 18 and later run on. An iPhone opens apps upright, an iPad either way. */
const IPHONES: readonly Screen[] = [
  [440, 956, 3], // 16 Pro Max, 17 Pro Max
  [430, 932, 3], // 14 Pro Max, 15 and 16 Plus, 15 Pro Max
  [428, 926, 3], // 12 and 13 Pro Max, 14 Plus
  [420, 912, 3], // Air
  [414, 896, 3], // XS Max, 11 Pro Max
  [414, 896, 2], // XR, 11
  [402, 874, 3], // 16 Pro, 17, 17 Pro
  [393, 852, 3], // 14 Pro, 15, 15 Pro, 16
  [390, 844, 3], // 12, 13, 14, 16e
  [375, 812, 3], // XS, 11 Pro, 12 and 13 mini
  [375, 667, 2], // SE
]
const IPADS: readonly Screen[] = [
  [1032, 1376, 2], // Pro 13"
  [1024, 1366, 2], // Pro 12.9", Air 13"
  [834, 1210, 2], // Pro 11" since 2024
  [834, 1194, 2], // Pro 11"
  [834, 1112, 2], // Air 10.5"
  [820, 1180, 2], // iPad 10.9", Air 11"
  [810, 1080, 2], // iPad 10.2"
  [768, 1024, 2], // mini 7.9"
  [744, 1133, 2], // mini 8.3"
]

/** The app's ground in each theme (`--ground` in app.css). */
const GROUNDS = { light: [0xf6, 0xf5, 0xf2], dark: [0x0b, 0x0d, 0x11] } as const
/** Side of the icon in the middle, CSS pixels: that of an icon on the home screen, twice. */
const ICON = 120

/** One picture: device pixels, and the devices that take it. */
export interface Splash {
  readonly file: string
  readonly media: string
  readonly width: number
  readonly height: number
  readonly iconSide: number
  readonly ground: Colour
}

export function splashes(): readonly Splash[] {
  const upright = [...IPHONES, ...IPADS].map((screen) => [screen, 'portrait'] as const)
  const lying = IPADS.map((screen) => [screen, 'landscape'] as const)
  return [...upright, ...lying].flatMap(([[short, long, ratio], orientation]) =>
    (['light', 'dark'] as const).map((theme) => {
      const [width, height] = orientation === 'portrait' ? [short, long] : [long, short]
      return {
        file: `splash/${width * ratio}x${height * ratio}-${theme}.png`,
        // Its width is that of the device held upright, however it is held.
        media: `(device-width:${short}px) and (device-height:${long}px) and (-webkit-device-pixel-ratio:${ratio}) and (orientation:${orientation}) and (prefers-color-scheme:${theme})`,
        width: width * ratio,
        height: height * ratio,
        iconSide: ICON * ratio,
        ground: GROUNDS[theme],
      }
    }),
  )
}

/** The elements that name them, for the page's head. */
export function splashLinks(): string {
  return splashes()
    .map(({ file, media }) => `<link rel="apple-touch-startup-image" media="${media}" href="/${file}" />`)
    .join('\n    ')
}

/** Pixels, red, green, blue and alpha, row by row. */
interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

type Colour = readonly [red: number, green: number, blue: number]

/** A picture of few colours: of each pixel, row by row, the place of its colour. */
export interface Painting {
  readonly width: number
  readonly height: number
  readonly colours: readonly Colour[]
  readonly pixels: Uint8Array
}

const MOST_COLOURS = 256

/** Paints each picture: the icon in the middle of its ground. */
export function splashPainter(icon: Picture): (splash: Splash) => Painting {
  const tiles = new Map<string, Tile>()
  return ({ width, height, iconSide, ground }) => {
    const name = `${iconSide} ${ground}`
    const tile = tiles.get(name) ?? paintIcon(icon, iconSide, ground)
    tiles.set(name, tile)
    // The ground is the first of the colours.
    const pixels = new Uint8Array(width * height)
    const left = Math.round((width - iconSide) / 2)
    const top = Math.round((height - iconSide) / 2)
    for (let y = 0; y < iconSide; y++)
      pixels.set(tile.pixels.subarray(y * iconSide, (y + 1) * iconSide), (top + y) * width + left)
    return { width, height, colours: tile.colours, pixels }
  }
}

type Tile = Pick<Painting, 'colours' | 'pixels'>

/** The icon on its ground. What is left of its edges takes the nearest of the commonest colours. */
function paintIcon(icon: Picture, side: number, ground: Colour): Tile {
  const scaled = shrink(icon, side)
  const mixed = Array.from({ length: side ** 2 }, (_, at) => {
    const lets = 1 - scaled[at * 4 + 3]! / 255
    const channel = (one: 0 | 1 | 2) => Math.round(scaled[at * 4 + one]! + lets * ground[one])
    return keyOf([channel(0), channel(1), channel(2)])
  })
  const colours = commonest([keyOf(ground), ...mixed]).map(colourOf)
  const places = new Map(colours.map((colour, place) => [keyOf(colour), place]))
  const pixels = Uint8Array.from(mixed, (key) => {
    const place = places.get(key) ?? nearest(colours, colourOf(key))
    places.set(key, place)
    return place
  })
  return { colours, pixels }
}

const keyOf = ([red, green, blue]: Colour): number => (red << 16) | (green << 8) | blue
const colourOf = (key: number): Colour => [key >> 16, (key >> 8) & 255, key & 255]

/** The first one, which is kept, and those that come most often. */
function commonest([first, ...keys]: readonly number[]): number[] {
  const counts = new Map<number, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  counts.set(first!, Infinity)
  const byCount = [...counts].sort(([, a], [, b]) => b - a)
  return byCount.slice(0, MOST_COLOURS).map(([key]) => key)
}

function nearest(colours: readonly Colour[], [red, green, blue]: Colour): number {
  const distances = colours.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2)
  return distances.indexOf(Math.min(...distances))
}

/** A square picture, smaller: each pixel the mean of those that it covers, colours multiplied by their alpha. */
function shrink({ width, data }: Picture, side: number): Float64Array {
  const scale = width / side
  const small = new Float64Array(side * side * 4)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const to = (y * side + x) * 4
      for (let j = Math.floor(y * scale); j < (y + 1) * scale; j++)
        for (let i = Math.floor(x * scale); i < (x + 1) * scale; i++) {
          const share = overlap(i, x * scale, scale) * overlap(j, y * scale, scale)
          const from = (j * width + i) * 4
          const alpha = (data[from + 3]! / 255) * share
          for (let channel = 0; channel < 3; channel++) small[to + channel]! += data[from + channel]! * alpha
          small[to + 3]! += 255 * alpha
        }
      for (let channel = 0; channel < 4; channel++) small[to + channel]! /= scale * scale
    }
  return small
}

/** How much of the unit from `at` lies within the stretch from `start`. */
function overlap(at: number, start: number, length: number): number {
  return Math.max(0, Math.min(at + 1, start + length) - Math.max(at, start))
}
