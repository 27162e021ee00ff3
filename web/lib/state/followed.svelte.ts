/** One question that is asked anew whenever what it depends on changes; the last answer stands until then. */
import { app } from './app.svelte.ts'

export class Followed<Answer> {
  answer = $state.raw<Answer | null>(null)
  /** What kept it from being answered, in words. */
  failure = $state<string | null>(null)
  /** A question is under way: `answer` is that of an earlier one. */
  isWaiting = $state(false)

  /**
   * Call while a component is being set up.
   *
   * @param ask reads what the question depends on before it waits; null = nothing to ask yet. The signal is aborted once the
   *   answer is wanted no more: then it changes nothing
   */
  constructor(ask: (signal: AbortSignal) => Promise<Answer> | null) {
    $effect(() => {
      const over = new AbortController()
      const asked = ask(over.signal)
      this.isWaiting = asked !== null
      if (!asked) this.failure = null
      asked?.then(
        (answer) => {
          if (over.signal.aborted) return
          this.answer = answer
          this.failure = null
          this.isWaiting = false
        },
        (error: unknown) => {
          if (over.signal.aborted) return
          this.failure = error instanceof Error ? error.message : String(error)
          this.isWaiting = false
        },
      )
      return () => over.abort()
    })
  }
}

/** A part of the app that is loaded when it is wanted; one that did not come is asked for again when the server is reached. */
export function partOf<Part>(load: () => Promise<Part> | null): Followed<Part> {
  const online = $derived(app.connection.online)
  return new Followed(() => {
    void online
    return load()
  })
}
