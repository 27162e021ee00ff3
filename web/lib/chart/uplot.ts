/**
 * Loads uPlot when a chart is first needed. It formats a number in the browser's language while it is imported, and a
 * browser whose language tag is not valid would fail there: such a tag is replaced first.
 */
import type uPlot from 'uplot'

export type Plot = uPlot
export type PlotClass = typeof uPlot

let loading: Promise<PlotClass> | null = null

/** @throws whatever the import throws, for example offline before the first complete load */
export function loadUplot(): Promise<PlotClass> {
  loading ??= importGuarded().catch((error: unknown) => {
    loading = null
    throw error
  })
  return loading
}

async function importGuarded(): Promise<PlotClass> {
  try {
    Intl.NumberFormat(navigator.language)
  } catch {
    Object.defineProperty(navigator, 'language', { value: 'en', configurable: true })
  }
  const module = await import('uplot')
  return module.default
}
