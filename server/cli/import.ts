/** `crypto-tracker import` and `export`: candles as CSV into the archive and out of it, equal as decimals. */
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Option, type Command } from 'commander'
import type { CandleRow } from '../../core/candle/row.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, type Interval, type StoredInterval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { ImportReport } from '../archive/types.ts'
import type { Operations } from '../control/operations.ts'
import { candlesCsv } from '../../core/csv/write.ts'
import { withConnection } from './connect.ts'
import { readCsvFile } from './csv-file.ts'
import { UsageError, type ExitCode } from './exit.ts'
import {
  FORMATS,
  formatOption,
  readInstant,
  readInterval,
  readMarket,
  readStoredInterval,
  type Format,
} from './options.ts'
import { print, printRows, progressLine, say } from './output.ts'

/** Rows in one call, so that neither side holds much at once. */
const BATCH = 20_000
const END_OF_TIME_MS = Date.UTC(9999, 11, 31)

interface ImportOptions {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly format: Format
}

interface ExportOptions {
  readonly market: MarketId
  readonly interval: Interval
  readonly from?: number
  readonly to?: number
  readonly out?: string
  readonly format: Format
}

export function addImport(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('import')
    .description('add candles of a CSV file to the archive; what is there already is left as it is')
    .argument('<file>', 'CSV file (also .gz, or - for stdin): time,open,high,low,close,volume')
    .requiredOption('--market <id>', 'csv:NAME for a series of its own, or a market of a source', readMarket)
    .requiredOption('--interval <interval>', '1m, 1h or 1d', readStoredInterval)
    .addOption(formatOption())
    .action(async (file: string, options: ImportOptions) => done(await runImport(file, options)))
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('candles of the archive')
    .requiredOption('--market <id>', 'a market of the archive', readMarket)
    .requiredOption('--interval <interval>', '1m, 5m, 15m, 1h, 4h or 1d', readInterval)
    .option('--from <time>', 'first candle', readInstant)
    .option('--to <time>', 'first candle not wanted any more', readInstant)
    .option('--out <file>', 'into a file instead of stdout')
    .addOption(new Option('--format <format>', 'how rows are written').choices(FORMATS).default('csv'))
    .action(async (options: ExportOptions) => runExport(options))
}

async function runImport(file: string, { market, interval, format }: ImportOptions): Promise<ExitCode> {
  const { rows, refused, times } = await readCsvFile(file, interval)
  const counts = await withConnection(async ({ operations }) =>
    importRows(operations, market, interval, rows),
  )
  const report: ImportReport = { ...counts, refused, times }
  const row = { market, interval, ...counts, refused: refused.length, times }
  await printRows([row], format, { market, interval, ...report })
  if (counts.conflicting > 0) {
    say(`${counts.conflicting} candles differ from those of the archive, which were kept`)
  }
  return refused.length > 0 ? 1 : 0
}

async function importRows(
  operations: Operations,
  market: MarketId,
  interval: StoredInterval,
  rows: readonly CandleRow[],
): Promise<Pick<ImportReport, 'new' | 'same' | 'conflicting'>> {
  const total = { new: 0, same: 0, conflicting: 0 }
  const progress = progressLine()
  for (let at = 0; at < rows.length; at += BATCH) {
    const counts = await operations.import(market, interval, rows.slice(at, at + BATCH))
    total.new += counts.new
    total.same += counts.same
    total.conflicting += counts.conflicting
    progress(`${Math.min(at + BATCH, rows.length)} of ${rows.length} candles`)
  }
  progress('making chunks')
  await operations.seal(market)
  progress('')
  return total
}

async function runExport(options: ExportOptions): Promise<void> {
  if (options.out !== undefined && options.format !== 'csv') {
    throw new UsageError('--out writes CSV: leave --format out, or the file')
  }
  await withConnection(async ({ operations }) => {
    if (options.format !== 'csv') {
      const rows: CandleRow[] = []
      for await (const row of candles(operations, options)) rows.push(row)
      const shown = rows.map(({ startMs, open, high, low, close, volume }) => {
        return { time: isoSeconds(startMs), open, high, low, close, volume }
      })
      return printRows(shown, options.format)
    }
    const lines = Readable.from(csvBlocks(candles(operations, options)))
    if (options.out !== undefined) return writeFile(options.out, lines)
    for await (const block of lines) await print(String(block))
  })
}

/** The rows page by page. */
async function* candles(
  operations: Operations,
  { market, interval, from = 0, to = END_OF_TIME_MS }: ExportOptions,
): AsyncGenerator<CandleRow> {
  for (let at = from; ;) {
    const page = await operations.candles(market, interval, at, to, BATCH)
    yield* page
    const last = page.at(-1)
    if (!last || page.length < BATCH) return
    at = last.startMs + INTERVAL_MS[interval]
  }
}

async function* csvBlocks(rows: AsyncIterable<CandleRow>): AsyncGenerator<string> {
  let block: CandleRow[] = []
  let header = true
  const take = () => {
    const text = [...candlesCsv(block)].slice(header ? 0 : 1).join('')
    header = false
    block = []
    return text
  }
  for await (const row of rows) if (block.push(row) >= 5_000) yield take()
  yield take()
}

/** A file is there whole or not at all. */
async function writeFile(path: string, lines: Readable): Promise<void> {
  const partial = `${path}.part`
  try {
    await pipeline(lines, createWriteStream(partial))
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}
