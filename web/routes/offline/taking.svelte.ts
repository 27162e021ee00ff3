/** Files of packs on their way into this device: one after the other, however they come, and what became of each. */

export interface Told {
  readonly text: string
  readonly isRefused: boolean
}

export class Taking {
  /** Of the files since the device was last idle, in their order. */
  told = $state.raw<readonly Told[]>([])
  /** Share of the file under way that is done, 0 to 1; null while there is none. */
  share = $state<number | null>(null)
  readonly #take: (file: File, progress: (share: number) => void) => Promise<Told>
  #waiting: readonly File[] = []

  /** @param take takes one file and tells how it went, also when that failed */
  constructor(take: (file: File, progress: (share: number) => void) => Promise<Told>) {
    this.#take = take
  }

  /** Resolves at once where others are under way: these follow them. */
  async add(files: Iterable<File>): Promise<void> {
    this.#waiting = [...this.#waiting, ...files]
    if (this.share !== null) return
    this.told = []
    for (let [file] = this.#waiting; file; [file] = this.#waiting) {
      this.#waiting = this.#waiting.slice(1)
      this.share = 0
      this.told = [...this.told, await this.#take(file, (done) => (this.share = done))]
    }
    this.share = null
  }
}
