/**
 * Whose turn it is on a database with one connection: one work at a time, those first that somebody waits for. It knows
 * nothing of databases.
 */

/** Works that somebody waits for, in a row, before one of the others has its turn as well. */
const MOST_FIRST = 8

type Start = () => void

export class Turns {
  readonly #first: Start[] = []
  readonly #others: Start[] = []
  #isBusy = false
  #inARow = 0

  /** Before all others that wait. */
  first<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue(this.#first, work)
  }

  /** After those that came before, and after most of those that somebody waits for. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue(this.#others, work)
  }

  async #queue<T>(line: Start[], work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      line.push(start)
      this.#next()
    })
    try {
      return await work()
    } finally {
      this.#isBusy = false
      this.#next()
    }
  }

  #next(): void {
    if (this.#isBusy) return
    const start = this.#take()
    if (!start) return
    this.#isBusy = true
    start()
  }

  #take(): Start | undefined {
    const isOthers = this.#first.length === 0 || (this.#inARow >= MOST_FIRST && this.#others.length > 0)
    this.#inARow = isOthers ? 0 : this.#inARow + 1
    return (isOthers ? this.#others : this.#first).shift()
  }
}
