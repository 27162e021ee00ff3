/** The reader of CSV files under attack: whatever the bytes, each line is a valid candle, refused with its number, or the whole is no CSV of candles. */
import { checkRow } from '../../core/candle/check.ts'
import { CandlesCsvError, readCandlesCsv } from '../../server/csv/read.ts'
import { below, type Border } from './attack.ts'
import { damageBytes, damageText } from './damage.ts'

const NOW_MS = Date.UTC(2025, 0)
const HEADER = 'time,open,high,low,close,volume'

export function csvBorder(): Border {
  const lines = Array.from({ length: 12 }, (_, at) => {
    const start = Date.UTC(2024, 0, 1, 0, at)
    const time = [new Date(start).toISOString(), String(start / 1000), String(start), `${start}000`][at % 4]!
    return `${time},${100 + at}.5,${102 + at},${99 + at},1${at % 10}1e0,${at % 3 ? '1.25' : ''}`
  })
  const original = [HEADER, ...lines].join('\r\n')
  const bytes = [original, original.replaceAll('\r\n', '\n'), HEADER].map((text) => Buffer.from(text))
  return {
    name: 'csv',
    async attempt(random) {
      const input =
        random() < 0.5 ? damageText(original, random) : inPieces(damageBytes(bytes, random), random)
      try {
        const { rows } = await readCandlesCsv(input, '1m', NOW_MS)
        rows.forEach((row, at) => {
          const fault = checkRow(row, '1m', NOW_MS)
          if (fault !== null) throw new Error(`a row came through: ${JSON.stringify(row)}: ${fault}`)
          if (at > 0 && rows[at - 1]!.startMs >= row.startMs) throw new Error(`row ${at} is out of order`)
        })
        return 'taken'
      } catch (error) {
        if (!(error instanceof CandlesCsvError)) throw error
        return 'refused'
      }
    },
  }
}

/** The bytes as a stream that breaks anywhere, in the middle of a character, too. */
async function* inPieces(bytes: Uint8Array, random: () => number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const length = 1 + below(random, 200)
    yield bytes.subarray(at, at + length)
    at += length
  }
}
