/** Tells people once that a source cannot be reached, and once that it is back; whatever lies between is retried quietly. */
import type { Logger } from 'pino'

/** So many failures in a row that speak against the source as a whole are worth a word. */
const TOLD_AFTER = 2

export class Reach {
  readonly #source: string
  readonly #log: Logger
  #isTold = false

  constructor(source: string, log: Logger) {
    this.#source = source
    this.#log = log
  }

  /** @param failures how many in a row, as the provider counts them */
  failed(error: Error, failures: number): void {
    if (this.#isTold || failures < TOLD_AFTER) return
    this.#isTold = true
    this.#log.warn(
      `${error.message}. It is tried again with growing pauses; what is stored is served meanwhile. ` +
        'To see the app without the internet: npm run demo',
    )
  }

  succeeded(): void {
    if (!this.#isTold) return
    this.#isTold = false
    this.#log.info(`${this.#source} answers again`)
  }
}
