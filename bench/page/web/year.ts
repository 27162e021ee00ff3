/** The year in the page: its files, and the columns that every format must end in. */
import { missingColumns, type CandleColumns } from '../../../core/candle/columns.ts'
import { paintChunk } from '../../../core/chunk/decode.ts'
import type { MarketId } from '../../../core/market.ts'
import { MINUTE_MS } from '../../../core/time/interval.ts'
import type { YearFacts } from '../api.ts'

/** One file for each month: `/year/0.price` and so on. */
export function monthFiles(
  { months }: YearFacts,
  folder: string,
  ending: string,
): Promise<Uint8Array<ArrayBuffer>[]> {
  return Promise.all(
    months.map(
      async (_, index) => new Uint8Array(await (await ask(`/${folder}/${index}.${ending}`)).arrayBuffer()),
    ),
  )
}

export async function ask(path: string): Promise<Response> {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

export const spanOf = ({ months }: YearFacts) => ({ fromMs: months[0]!.fromMs, toMs: months.at(-1)!.toMs })

/** The year's grid with nothing on it. */
export function emptyYear(year: YearFacts, withVolume: boolean): CandleColumns {
  const { fromMs, toMs } = spanOf(year)
  return missingColumns(year.market as MarketId, '1m', fromMs, (toMs - fromMs) / MINUTE_MS, withVolume)
}

export async function yearColumns(year: YearFacts): Promise<CandleColumns> {
  const columns = emptyYear(year, false)
  for (const chunk of await monthFiles(year, 'year', 'price')) paintChunk(chunk, columns)
  return columns
}

/** Whoever is fast must also be right. */
export function assertSame(a: CandleColumns, b: CandleColumns): void {
  for (const name of ['states', 'open', 'high', 'low', 'close', 'volume'] as const)
    if (a[name]?.some((value, index) => !Object.is(value, b[name]?.[index])))
      throw new Error(`the formats give different values of ${name}`)
}
