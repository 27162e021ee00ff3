/** Tells people once that a source cannot be reached, and once that it is back; whatever lies between is retried quietly. */
import type { Logger } from 'pino'

/** So many failures in a row, without any success, are worth a word. */
const TOLD_AFTER = 2

export class Reach {
  readonly #source: string
  readonly #log: Logger
  #failures = 0
  #told = false

  constructor(source: string, log: Logger) {
    this.#source = source
    this.#log = log
  }

  failed(error: Error): void {
    this.#failures++
    if (this.#told || this.#failures < TOLD_AFTER) return
    this.#told = true
    this.#log.warn(
      `${error.message}. It is tried again with growing pauses; what is stored is served meanwhile. ` +
        'To see the app without the internet: npm run demo',
    )
  }

  succeeded(): void {
    this.#failures = 0
    if (!this.#told) return
    this.#told = false
    this.#log.info(`${this.#source} answers again`)
  }
}
