/** A binary heap whose items know their places: the first one is at hand, and any may change or leave at any time. */
export class Heap<T> {
  readonly #isBefore: (a: T, b: T) => boolean
  readonly #items: T[] = []
  readonly #places = new Map<T, number>()

  /** @param isBefore a strict order; what it reads of an item may change only together with `put` */
  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore
  }

  get size(): number {
    return this.#items.length
  }

  first(): T | undefined {
    return this.#items[0]
  }

  /** Adds the item, or finds its place anew. */
  put(item: T): void {
    let place = this.#places.get(item)
    if (place === undefined) {
      place = this.#items.length
      this.#items.push(item)
    }
    this.#sink(this.#rise(item, place))
  }

  delete(item: T): void {
    const place = this.#places.get(item)
    if (place === undefined) return
    this.#places.delete(item)
    const last = this.#items.pop()!
    if (last !== item) this.#sink(this.#rise(last, place))
  }

  #set(item: T, place: number): void {
    this.#items[place] = item
    this.#places.set(item, place)
  }

  #rise(item: T, from: number): number {
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.#isBefore(item, this.#items[parent]!)) break
      this.#set(this.#items[parent]!, place)
      place = parent
    }
    this.#set(item, place)
    return place
  }

  #sink(from: number): void {
    const item = this.#items[from]!
    let place = from
    for (;;) {
      let child = 2 * place + 1
      if (child >= this.#items.length) break
      const right = child + 1
      if (right < this.#items.length && this.#isBefore(this.#items[right]!, this.#items[child]!))
        child = right
      if (!this.#isBefore(this.#items[child]!, item)) break
      this.#set(this.#items[child]!, place)
      place = child
    }
    this.#set(item, place)
  }
}
