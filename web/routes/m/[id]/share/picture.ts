/**
 * A picture of a market, to be sent: title, charts, receipts, source and as-of. Drawn anew rather than photographed, so that
 * it has one size and either theme, whatever the screen.
 */
import { CHART_FONT } from '$lib/chart/axes.ts'
import type { ChartColours } from '$lib/chart/theme.svelte.ts'
import { t } from '$lib/i18n/t.ts'

/** One chart with its name above and its receipt below. */
export interface PictureSection {
  readonly name: string
  /** The figure that matters most, in the accent. */
  readonly figure?: string
  /** Beside the figure. */
  readonly note?: string
  readonly heightPx: number
  /** Draws into a clean canvas of this width and height, in CSS pixels. */
  draw(on: {
    readonly context: CanvasRenderingContext2D
    readonly colours: ChartColours
    readonly width: number
    readonly height: number
    readonly ratio: number
  }): void
  readonly receipt: string
}

export interface Picture {
  readonly title: string
  /** Pair and source. */
  readonly subtitle: string
  readonly price: string
  readonly change: { readonly text: string; readonly colour: 'up' | 'down' | 'quiet' }
  /** Span and bars. */
  readonly range: string
  readonly sections: readonly PictureSection[]
  /** Source, attribution and as-of. */
  readonly source: string
  /** Said in amber; null for real data. */
  readonly warning: string | null
}

/** Width of every picture, CSS pixels; twice that in the file. */
const WIDTH = 720
const PICTURE_RATIO = 2
const PAD = 28
const INNER = WIDTH - 2 * PAD
const HEAD = 112
const FOOT = 52
const GAP = 26
const NAME = 26
const LINE = 15

const font = (px: number, weight = 400) => `${weight} ${px}px ${CHART_FONT}`

/** @throws Error when the browser gives no canvas of this size */
export function drawPicture(picture: Picture, colours: ChartColours): HTMLCanvasElement {
  const pen = contextOf(1, 1)
  pen.font = font(11)
  const receipts = picture.sections.map(({ receipt }) => linesOf(pen, receipt, INNER))
  const height =
    HEAD +
    picture.sections.reduce(
      (sum, section, i) => sum + NAME + section.heightPx + 8 + receipts[i]!.length * LINE + GAP,
      0,
    ) +
    FOOT
  const context = contextOf(WIDTH, height)
  context.scale(PICTURE_RATIO, PICTURE_RATIO)
  context.fillStyle = colours.card
  context.fillRect(0, 0, WIDTH, height)
  drawHead(context, picture, colours)
  let y = HEAD
  picture.sections.forEach((section, i) => {
    y = drawSection(context, section, receipts[i]!, colours, y)
  })
  drawFoot(context, picture, colours, height)
  return context.canvas
}

function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * PICTURE_RATIO)
  canvas.height = Math.round(height * PICTURE_RATIO)
  const context = canvas.getContext('2d')
  if (!context) throw new Error(t('This browser has no canvas left to draw on: close other tabs.'))
  return context
}

function drawHead(context: CanvasRenderingContext2D, picture: Picture, colours: ChartColours): void {
  const { title, subtitle, price, change, range } = picture
  context.textBaseline = 'alphabetic'
  context.textAlign = 'right'
  context.font = font(26, 640)
  context.fillStyle = colours.ink
  context.fillText(price, WIDTH - PAD, PAD + 24)
  const priceWide = context.measureText(price).width
  context.font = font(13, 600)
  context.fillStyle = colours[change.colour]
  context.fillText(change.text, WIDTH - PAD, PAD + 45)
  context.textAlign = 'left'
  context.fillStyle = colours.ink
  context.font = font(24, 650)
  context.fillText(fitted(context, title, INNER - priceWide - 24), PAD, PAD + 24)
  context.fillStyle = colours.soft
  context.font = font(13)
  context.fillText(fitted(context, subtitle, INNER - 160), PAD, PAD + 45)
  context.fillText(fitted(context, range, INNER), PAD, PAD + 65)
}

/** @returns where the next one begins */
function drawSection(
  context: CanvasRenderingContext2D,
  section: PictureSection,
  receipt: readonly string[],
  colours: ChartColours,
  top: number,
): number {
  context.textAlign = 'left'
  context.fillStyle = colours.ink
  context.font = font(14, 600)
  context.fillText(section.name, PAD, top + 14)
  let x = PAD + context.measureText(section.name).width + 12
  if (section.figure) {
    context.fillStyle = colours.accent
    context.fillText(section.figure, x, top + 14)
    x += context.measureText(section.figure).width + 10
  }
  if (section.note) {
    context.fillStyle = colours.soft
    context.font = font(12)
    context.fillText(fitted(context, section.note, WIDTH - PAD - x), x, top + 14)
  }
  const chart = contextOf(INNER, section.heightPx)
  section.draw({ context: chart, colours, width: INNER, height: section.heightPx, ratio: PICTURE_RATIO })
  context.drawImage(chart.canvas, PAD, top + NAME, INNER, section.heightPx)
  const below = top + NAME + section.heightPx + 8
  context.textAlign = 'left'
  context.font = font(11)
  context.fillStyle = colours.soft
  receipt.forEach((line, i) => context.fillText(line, PAD, below + (i + 0.8) * LINE))
  return below + receipt.length * LINE + GAP
}

function drawFoot(
  context: CanvasRenderingContext2D,
  { source, warning }: Picture,
  colours: ChartColours,
  height: number,
): void {
  context.strokeStyle = colours.line
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(PAD, height - FOOT + 0.5)
  context.lineTo(WIDTH - PAD, height - FOOT + 0.5)
  context.stroke()
  const y = height - FOOT / 2 + 5
  context.font = font(13, 650)
  context.fillStyle = colours.ink
  context.fillText('Crypto Tracker', PAD, y)
  const after = PAD + context.measureText('Crypto Tracker').width + 12
  context.font = font(12)
  if (warning) {
    context.fillStyle = colours.warning
    context.fillText(warning, after, y)
  }
  context.textAlign = 'right'
  context.fillStyle = colours.soft
  context.fillText(fitted(context, source, WIDTH - PAD - after - 120), WIDTH - PAD, y)
}

/** The text, cut with an ellipsis where it is wider. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text
  const letters = [...text]
  while (letters.length > 1 && context.measureText(`${letters.join('')}…`).width > width) letters.pop()
  return `${letters.join('')}…`
}

function linesOf(context: CanvasRenderingContext2D, text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && context.measureText(longer).width > width) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line]
}
