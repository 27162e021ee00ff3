/** What the data of the device does when somebody chooses otherwise in settings, or the line changes. */
import { untrack } from 'svelte'
import { preferences } from '../ui/preferences.svelte.ts'
import { line } from './line.svelte.ts'

export interface Followers {
  /** Another estimator or window. */
  sigmaChosen(): void
  /** The data saver was turned, or the line became another while it is on. */
  lineChosen(): void
}

/** Follows until the page is closed; the first state of things is nobody's choice. */
export function followChoices({ sigmaChosen, lineChosen }: Followers): void {
  const each = (read: () => unknown, act: () => void) => {
    let isFirst = true
    $effect(() => {
      read()
      if (!isFirst) untrack(act)
      isFirst = false
    })
  }
  $effect.root(() => {
    each(() => [preferences.current.estimator, preferences.current.window], sigmaChosen)
    each(() => preferences.current.dataSaver && line.isMetered, lineChosen)
  })
}
