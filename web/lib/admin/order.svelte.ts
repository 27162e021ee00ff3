/** One thing that the owner orders: whether it is under way, and what came of it. */
import { OwnerError } from '../owner/ask.ts'
import type { Words } from '../owner/told.ts'
import { admin } from './admin.svelte.ts'

export class Order {
  #isBusy = $state(false)
  #trouble = $state.raw<Words | null>(null)
  #done = $state<string | null>(null)

  get isBusy(): boolean {
    return this.#isBusy
  }
  /** Why it was refused. */
  get trouble(): Words | null {
    return this.#trouble
  }
  /** What the server does now, in a sentence. */
  get done(): string | null {
    return this.#done
  }

  /** Does it once, tells how it went, and reads the server's state anew. */
  async run(work: () => Promise<unknown>, done: string): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    this.#trouble = this.#done = null
    try {
      await work()
      this.#done = done
      await admin.refresh()
    } catch (error) {
      if (!(error instanceof OwnerError)) throw error
      this.#trouble = error.words
    } finally {
      this.#isBusy = false
    }
  }
}
