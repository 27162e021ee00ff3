/** One question to the worker that is asked anew whenever what it depends on changes; the last answer stands until then. */

export class Followed<Answer> {
  answer = $state.raw<Answer | null>(null)
  /** What kept the worker from answering, in its words. */
  failure = $state<string | null>(null)

  /**
   * Call while a component is being set up.
   *
   * @param ask reads what the question depends on before it waits; null = nothing to ask yet
   */
  constructor(ask: () => Promise<Answer> | null) {
    $effect(() => {
      let wanted = true
      ask()?.then(
        (answer) => {
          if (!wanted) return
          this.answer = answer
          this.failure = null
        },
        (error: unknown) => {
          if (wanted) this.failure = error instanceof Error ? error.message : String(error)
        },
      )
      return () => (wanted = false)
    })
  }
}
