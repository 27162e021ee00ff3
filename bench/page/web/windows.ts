/** All estimators in all windows over the year, as the worker of the app computes them. */
import type { CandleColumns } from '../../../core/candle/columns.ts'
import { Memory } from '../../../core/volatility/memory.ts'
import { timed } from '../../paired.ts'
import { allWindows } from '../../sigma/all-windows.ts'
import type { YearFacts } from '../api.ts'
import { yearColumns } from './year.ts'

/** As in Node, the columns and the memory of the round before. */
const memory = new Memory()
let columns: CandleColumns | null = null

export async function windows(year: YearFacts): Promise<number> {
  columns ??= await yearColumns(year)
  const minutes = columns
  return timed(() => allWindows(minutes, memory, false))
}
