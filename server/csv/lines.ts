/**
 * Lines of a CSV and their fields. A candle has no field that goes over lines, so a quote left open spoils its own
 * line and none after it.
 */
import { parse } from 'csv-parse/sync'

/** More characters than this in a line are no candle; what follows them is not kept. */
export const MAX_LINE = 4096

/** Text, or bytes or strings piece by piece. */
export type TextSource = string | AsyncIterable<Uint8Array | string>

/** The lines without their ends; one that is too long comes cut to `MAX_LINE` + 1 characters. */
export async function* linesOf(source: TextSource): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of typeof source === 'string' ? [source] : source) {
    const text = typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true })
    const lines = text.split('\n')
    lines[0] = rest + lines[0]!
    rest = lines.pop()!.slice(0, MAX_LINE + 2)
    for (const line of lines) yield withoutEnd(line)
  }
  if (rest !== '') yield withoutEnd(rest)
}

function withoutEnd(line: string): string {
  return (line.endsWith('\r') ? line.slice(0, -1) : line).slice(0, MAX_LINE + 1)
}

/**
 * The fields of one line, trimmed.
 *
 * @throws CsvError of csv-parse when its quotes are broken
 */
export function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(',').map((field) => field.trim())
  const [fields] = parse(line, { trim: true, relax_column_count: true })
  return fields ?? []
}
