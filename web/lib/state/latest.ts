/**
 * Questions that come faster than they are answered, as a slider asks them: one is under way at a time, and of those that come
 * meanwhile the last one follows. So an answer is never waited for longer than it takes, and none is asked in vain twice.
 */
export class Latest<Question, Answer> {
  readonly #ask: (question: Question) => Promise<Answer>
  readonly #take: (answer: Answer) => void
  readonly #fail: (error: unknown) => void
  #waiting: { readonly question: Question } | null = null
  #busy = false

  /** @param fail gets what `ask` throws; the next question is asked all the same */
  constructor(parts: {
    readonly ask: (question: Question) => Promise<Answer>
    readonly take: (answer: Answer) => void
    readonly fail: (error: unknown) => void
  }) {
    this.#ask = parts.ask
    this.#take = parts.take
    this.#fail = parts.fail
  }

  ask(question: Question): void {
    this.#waiting = { question }
    if (!this.#busy) void this.#work()
  }

  async #work(): Promise<void> {
    this.#busy = true
    while (this.#waiting) {
      const { question } = this.#waiting
      this.#waiting = null
      try {
        // Taken while a later question waits, too: it is newer than what is on screen.
        this.#take(await this.#ask(question))
      } catch (error) {
        this.#fail(error)
      }
    }
    this.#busy = false
  }
}
