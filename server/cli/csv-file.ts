/** A CSV file of candles as a command's input: plain, gzipped (`.gz`), or `-` for stdin; refused lines are told on stderr. */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import type { Interval } from '../../core/time/interval.ts'
import { readCandlesCsv, type CsvCandles } from '../csv/read.ts'
import { say } from './output.ts'

/** Refused lines that are told one by one; the rest is counted. */
const MOST_TOLD = 20

/** @throws Error that names the file when it cannot be read or is no CSV of candles */
export async function readCsvFile(path: string, interval: Interval): Promise<CsvCandles> {
  let result: CsvCandles
  try {
    result = await readCandlesCsv(open(path), interval)
  } catch (error) {
    throw new Error(`${path}: ${reasonOf(error)}`, { cause: error })
  }
  const { refused } = result
  for (const { line, reason } of refused.slice(0, MOST_TOLD)) say(`${path}:${line}: refused: ${reason}`)
  if (refused.length > MOST_TOLD) say(`${path}: ${refused.length - MOST_TOLD} more lines refused`)
  return result
}

/** Node's words for these would leave the reader guessing. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder; a CSV file is expected',
  EACCES: 'it may not be read: look at its permissions',
  Z_DATA_ERROR: 'it is named .gz, but is no gzip file',
  Z_BUF_ERROR: 'the gzip file is cut off',
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? error.message
}

function open(path: string): NodeJS.ReadableStream {
  if (path === '-') return process.stdin
  const file = createReadStream(path)
  if (!path.endsWith('.gz')) return file
  const unzipped = createGunzip()
  file.on('error', (error) => unzipped.destroy(error))
  return file.pipe(unzipped)
}
