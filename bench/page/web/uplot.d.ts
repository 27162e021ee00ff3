/** What is used of a peer: it is installed with the benchmarks only, and the product's type check goes without. */
declare module 'uplot' {
  export default class UPlot {
    constructor(options: object, data: readonly ArrayLike<number>[], host: HTMLElement)
    setScale(name: 'x' | 'y', ends: { readonly min: number; readonly max: number }): void
    destroy(): void
  }
}
