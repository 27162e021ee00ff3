/** What the page of the benchmarks can be asked from Node; everything that crosses is plain data. */
import type { Samples } from '../paired.ts'

/** The year that the site serves, `/year/N.…` by month. */
export interface YearFacts {
  readonly market: string
  readonly months: readonly MonthFacts[]
  readonly rows: number
}

export interface MonthFacts {
  readonly period: string
  readonly fromMs: number
  readonly toMs: number
  readonly rows: number
  readonly sha256: string
  readonly bytes: number
}

export interface PageApi {
  decode(year: YearFacts): Promise<DecodeSamples>
  /** Milliseconds to put the year into a new store of ours; what was there before goes first. */
  writeStore(year: YearFacts): Promise<number>
  /** The same by the sync's code, which checks what has come. */
  writeSynced(year: YearFacts): Promise<number>
  /** Milliseconds from the stored year to columns. */
  readStore(year: YearFacts): Promise<number>
  writeRows(year: YearFacts): Promise<number>
  readRows(year: YearFacts): Promise<number>
  /** Milliseconds of all estimators in all windows over the year, in the worker. */
  windows(year: YearFacts): Promise<number>
  /** Removes what was written, outside of any measurement. */
  removeAll(): Promise<void>
  firstPaint(year: YearFacts): Promise<Samples>
  /** A frame's milliseconds while so many days are in view. */
  panning(year: YearFacts, days: number): Promise<Samples>
  /** Puts a canvas with the year into the page that fingers drag and pinch. */
  bareGestures(year: YearFacts): Promise<void>
}

/** Milliseconds a round. */
export interface DecodeSamples {
  /** From bytes that lie on the device. */
  readonly atRest: Samples
  /** The same with volumes. */
  readonly withVolume: Samples
  /** From the server's answer, its Content-Encoding undone by the browser. */
  readonly fetched: Samples
}
