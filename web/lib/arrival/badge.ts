/**
 * The number on the app's icon: how many markets have moved by a large σ since somebody looked last. It is counted while
 * the installed app is open out of sight, and goes when somebody looks.
 */
import { app } from '../state/app.svelte.ts'
import { clock } from '../state/clock.ts'
import { compute } from '../state/compute.ts'
import { report } from '../store/report.ts'
import { countLarge } from './away.ts'

const EVERY_MS = 5 * 60_000

let timer: ReturnType<typeof setInterval> | undefined

/** Somebody looks away. */
export function beginBadge(lookedMs: number): void {
  clearInterval(timer)
  timer = setInterval(() => void count(lookedMs), EVERY_MS)
}

/** Somebody looks. */
export function endBadge(): void {
  clearInterval(timer)
  navigator.clearAppBadge().catch((error: unknown) => report('the badge stays', error))
}

async function count(lookedMs: number): Promise<void> {
  try {
    const markets = app.markets.map(({ id }) => id)
    const large = countLarge(await compute().absence(markets, lookedMs, clock.now()))
    if (document.visibilityState === 'hidden') await navigator.setAppBadge(large)
  } catch (error) {
    report('the badge is not counted', error)
  }
}
