/** How long the engine waits for what, in milliseconds. */
export interface Pauses {
  /** Between two rounds while revisions come. */
  readonly between: number
  /** Between two rounds when nothing is heard. */
  readonly idle: number
  /** The same under the data saver, where nothing is heard either. */
  readonly saving: number
  /** After the first failure; doubles up to `longest`, with jitter. */
  readonly first: number
  readonly longest: number
  /** Between two questions for all prices. */
  readonly prices: number
  /** The same, while the history of a new market is being read. */
  readonly newPrices: number
  /** Between two looks through all chunks when nothing speaks for one. */
  readonly chunks: number
}

export const PAUSES: Pauses = {
  between: 3_000,
  idle: 60_000,
  saving: 300_000,
  first: 1_000,
  longest: 30_000,
  prices: 300_000,
  newPrices: 15_000,
  chunks: 3_600_000,
}
