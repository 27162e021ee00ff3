/**
 * An alarm clock for one sleeper: it sleeps until its longest time is over, until somebody says `now`,
 * or, with `soon`, at least its shortest time. The device's clock may be set meanwhile, so it is not looked at.
 */
export class Wake {
  #ring: (() => void) | null = null
  #asked: 'no' | 'soon' | 'now' = 'no'
  #leastUntil = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Sleeps; what was asked for while awake counts. */
  after(leastMs: number, mostMs: number): Promise<void> {
    const asked = this.#asked
    this.#asked = 'no'
    if (asked === 'now') return Promise.resolve()
    this.#leastUntil = performance.now() + leastMs
    return new Promise((resolve) => {
      this.#ring = () => {
        this.#ring = null
        clearTimeout(this.#timer)
        resolve()
      }
      this.#timer = setTimeout(this.#ring, asked === 'soon' ? leastMs : mostMs)
    })
  }

  now(): void {
    if (this.#ring) this.#ring()
    else this.#asked = 'now'
  }

  soon(): void {
    if (!this.#ring) {
      if (this.#asked === 'no') this.#asked = 'soon'
      return
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#ring, Math.max(0, this.#leastUntil - performance.now()))
  }
}
