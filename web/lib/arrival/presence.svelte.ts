/**
 * Whether somebody is back after a long absence, known before the first paint, so that what is told of it has its place
 * from the start.
 */
import { clock } from '../state/clock.ts'
import { preferences } from '../ui/preferences.svelte.ts'
import { install } from './install.svelte.ts'
import { looking, NO_VISITS, readVisits, returned, type Visits } from './visits.ts'

const KEY = 'crypto-tracker:visits'
const EVERY_MS = 15_000

class Presence {
  #visits = $state.raw<Visits>(returned(kept(), clock.now()))

  get visits(): Visits {
    return this.#visits
  }

  /** Follows when somebody looks; call it once, in the page. */
  follow(): void {
    this.#set(this.#visits)
    if (preferences.current.badge) void badge(document.visibilityState === 'visible', clock.now())
    // What is kept, not what is known here: another tab may have been looked at meanwhile.
    setInterval(() => {
      if (document.visibilityState === 'visible') this.#set(looking(kept(), clock.now(), EVERY_MS))
    }, EVERY_MS)
    document.addEventListener('visibilitychange', () => {
      const isBack = document.visibilityState === 'visible'
      if (preferences.current.badge) void badge(isBack, clock.now())
      this.#set(isBack ? returned(kept(), clock.now()) : looking(kept(), clock.now(), 0))
    })
  }

  dismissAway(): void {
    this.#set({ ...kept(), away: null })
  }

  #set(visits: Visits): void {
    this.#visits = visits
    try {
      localStorage.setItem(KEY, JSON.stringify(visits))
    } catch {
      // Private windows may refuse; then nobody was ever away.
    }
  }
}

async function badge(isBack: boolean, nowMs: number): Promise<void> {
  if (!install.isInstalled || !('setAppBadge' in navigator)) return
  const { beginBadge, endBadge } = await import('./badge.ts')
  if (isBack) endBadge()
  else beginBadge(nowMs)
}

function kept(): Visits {
  try {
    return readVisits(localStorage.getItem(KEY))
  } catch {
    return NO_VISITS
  }
}

export const presence = new Presence()
