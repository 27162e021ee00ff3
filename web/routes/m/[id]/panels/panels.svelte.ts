/** The reader's choice of panels; kept on this device, and harmless to lose. */
import { CHOICE_KEYS } from '$lib/store/choice-keys.ts'
import { PANELS, readChoices, type Choices, type PanelName } from './choices.ts'

const KEY = CHOICE_KEYS.panels

function kept(): string | null {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null
  }
}

class PanelChoices {
  #choices = $state.raw<Choices>(readChoices(kept()))

  get current(): Choices {
    return this.#choices
  }

  /** The panels that are shown, in order. */
  get shown(): readonly PanelName[] {
    const { order, hidden } = this.#choices
    return order.filter((panel) => !hidden.includes(panel))
  }

  get isDefault(): boolean {
    const { order, hidden } = this.#choices
    return hidden.length === 0 && order.every((panel, i) => panel === PANELS[i])
  }

  set(change: Partial<Choices>): void {
    this.#choices = { ...this.#choices, ...change }
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#choices))
    } catch {
      // Private windows may refuse; the choice then lasts as long as the page.
    }
  }

  reset(): void {
    this.set({ order: PANELS, hidden: [] })
  }
}

export const panels = new PanelChoices()
