/**
 * The same candles in other formats. Their packages lie in `bench/node_modules`, which the product's type check does
 * not have: what is used of them is declared here.
 */
import type { CandleRow } from '../core/candle/row.ts'

export interface ArrowTable {
  getChild(name: string): { toArray(): Float64Array } | null
}

interface Arrow {
  tableFromArrays(columns: Record<string, Float64Array | Int32Array>): ArrowTable
  tableToIPC(table: ArrowTable, type: 'file' | 'stream'): Uint8Array
  tableFromIPC(bytes: Uint8Array): ArrowTable
}

interface WriterPropertiesBuilder {
  setCompression(code: number): WriterPropertiesBuilder
  setDictionaryEnabled(enabled: boolean): WriterPropertiesBuilder
  build(): object
}

interface Parquet {
  Table: { fromIPCStream(bytes: Uint8Array): object }
  WriterPropertiesBuilder: new () => WriterPropertiesBuilder
  Compression: { readonly ZSTD: number }
  writeParquet(table: object, properties: object): Uint8Array
}

/** Not a literal, so that the compiler does not look for a package that is installed elsewhere. */
const load = (name: string): Promise<unknown> => import(name)

export async function loadArrow(): Promise<Arrow> {
  return (await load('apache-arrow')) as Arrow
}

async function loadParquet(): Promise<Parquet> {
  return (await load('parquet-wasm')) as Parquet
}

/** `[[start s, open, high, low, close, volume], …]`, numbers as the source prints them, shortest. */
export function toJson(rows: readonly CandleRow[]): string {
  const candle = (row: CandleRow) =>
    `[${row.startMs / 1000},${row.open},${row.high},${row.low},${row.close},${row.volume ?? 'null'}]`
  return `[${rows.map(candle).join(',')}]`
}

/** One column each: time in seconds as Int32, the rest as Float64. */
export async function toArrow(
  rows: readonly CandleRow[],
  type: 'file' | 'stream' = 'file',
): Promise<Uint8Array> {
  const arrow = await loadArrow()
  const column = (name: 'open' | 'high' | 'low' | 'close' | 'volume') =>
    Float64Array.from(rows, (row) => Number(row[name]))
  const table = arrow.tableFromArrays({
    time: Int32Array.from(rows, (row) => row.startMs / 1000),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  })
  return arrow.tableToIPC(table, type)
}

/**
 * The same columns with zstd. Its writer makes dictionaries by default; prices are smaller without them (its byte stream
 * split was tried, too, and is larger than plain).
 */
export async function toParquet(rows: readonly CandleRow[], dictionary: boolean): Promise<Uint8Array> {
  const parquet = await loadParquet()
  const properties = new parquet.WriterPropertiesBuilder()
    .setCompression(parquet.Compression.ZSTD)
    .setDictionaryEnabled(dictionary)
    .build()
  return parquet.writeParquet(parquet.Table.fromIPCStream(await toArrow(rows, 'stream')), properties)
}
