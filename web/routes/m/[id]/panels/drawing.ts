/** What a panel draws that has no time axis: in CSS pixels, on a screen or on a picture. */
import { AXIS_PX, CHART_FONT } from '$lib/chart/axes.ts'
import type { ChartColours } from '$lib/chart/theme.svelte.ts'

interface Drawing {
  readonly context: CanvasRenderingContext2D
  readonly colours: ChartColours
  readonly width: number
  readonly height: number
}

export type Draw = (on: Drawing) => void

/** Room for names below, and at the right as in the charts of time. */
export const FOOT_PX = 20
export const SIDE_PX = AXIS_PX

export const FONT = `11px ${CHART_FONT}`
