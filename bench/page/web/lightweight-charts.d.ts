/** What is used of a peer: it is installed with the benchmarks only, and the product's type check goes without. */
declare module 'lightweight-charts' {
  /** Seconds. */
  export type UTCTimestamp = number & { readonly __brand: 'UTCTimestamp' }

  interface Series {
    setData(points: readonly { readonly time: UTCTimestamp; readonly value: number }[]): void
  }

  interface Chart {
    addSeries(definition: object): Series
    timeScale(): { fitContent(): void }
    remove(): void
  }

  export const LineSeries: object
  export function createChart(host: HTMLElement, options: object): Chart
}
