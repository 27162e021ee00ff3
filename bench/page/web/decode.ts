/** From bytes to columns of doubles: chunks as the worker of the app paints them, and JSON + gzip as others send it. */
import { State, type CandleColumns } from '../../../core/candle/columns.ts'
import { paintChunk } from '../../../core/chunk/decode.ts'
import { MINUTE_MS } from '../../../core/time/interval.ts'
import { pairedRounds, timed } from '../../paired.ts'
import type { DecodeSamples, YearFacts } from '../api.ts'
import { ask, assertSame, emptyYear, monthFiles } from './year.ts'

export async function decode(year: YearFacts): Promise<DecodeSamples> {
  const price = await monthFiles(year, 'year', 'price')
  const volume = await monthFiles(year, 'year', 'volume')
  const json = await monthFiles(year, 'year', 'json.gz')
  const jsonVolume = await monthFiles(year, 'year', 'volume.json.gz')
  return {
    atRest: await pair(
      () => fromChunks(year, price, false),
      () => fromGzip(year, json, false),
    ),
    withVolume: await pair(
      () => fromChunks(year, [...price, ...volume], true),
      () => fromGzip(year, jsonVolume, true),
    ),
    fetched: await pair(
      async () => fromChunks(year, await monthFiles(year, 'wire', 'price'), false),
      () => fromAnswers(year),
    ),
  }
}

type Way = () => CandleColumns | Promise<CandleColumns>

async function pair(ours: Way, theirs: Way): Promise<DecodeSamples['atRest']> {
  assertSame(await ours(), await theirs())
  return pairedRounds({ chunks: () => timed(ours), 'JSON + gzip': () => timed(theirs) })
}

function fromChunks(year: YearFacts, chunks: readonly Uint8Array[], withVolume: boolean): CandleColumns {
  const columns = emptyYear(year, withVolume)
  for (const chunk of chunks) paintChunk(chunk, columns)
  return columns
}

async function fromGzip(
  year: YearFacts,
  files: readonly Uint8Array<ArrayBuffer>[],
  withVolume: boolean,
): Promise<CandleColumns> {
  const columns = emptyYear(year, withVolume)
  for (const file of files) {
    const plain = new Blob([file]).stream().pipeThrough(new DecompressionStream('gzip'))
    fill(columns, (await new Response(plain).json()) as number[][])
  }
  return columns
}

/** All months are asked for at once, as ours are. */
async function fromAnswers(year: YearFacts): Promise<CandleColumns> {
  const columns = emptyYear(year, false)
  const answers = year.months.map(async (_, index) => (await ask(`/wire/${index}.json`)).json())
  for (const answer of answers) fill(columns, (await answer) as number[][])
  return columns
}

function fill({ startMs, states, open, high, low, close, volume }: CandleColumns, rows: number[][]): void {
  for (const row of rows) {
    const place = (row[0]! * 1000 - startMs) / MINUTE_MS
    states[place] = State.present
    open[place] = row[1]!
    high[place] = row[2]!
    low[place] = row[3]!
    close[place] = row[4]!
    if (volume) volume[place] = row[5]!
  }
}
