/** Rows on stdout as a table for people, or as JSON or CSV for programs. Cells are text or numbers; null is "not there". */
import { once } from 'node:events'
import { stringify } from 'csv-stringify/sync'
import { harmless } from '../terminal.ts'
import type { Format } from './options.ts'

type Cell = string | number | null
export type Row = Readonly<Record<string, Cell>>

/**
 * Prints the rows; JSON takes `json` in place of the rows where the command's answer is more than a list.
 * An empty table says so on stderr, so that a person does not look at nothing.
 */
export async function printRows(rows: readonly Row[], format: Format, json: unknown = rows): Promise<void> {
  if (format === 'json') return print(`${JSON.stringify(json)}\n`)
  // A name that a source made up must not become a formula in somebody's spreadsheet.
  const csv = () => stringify([...rows], { header: true, escape_formulas: true })
  if (format === 'csv') return print(rows.length === 0 ? '' : csv())
  if (rows.length === 0) return say('nothing to show')
  return print(table(rows))
}

/** Resolves when the reader has taken it, so that a process that ends cuts nothing off. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** The same with numbers that people can read at a glance; for the table alone. */
export function readable(rows: readonly Row[]): Row[] {
  const shorter = (cell: Cell) =>
    typeof cell === 'number' && !Number.isInteger(cell) ? Number(cell.toPrecision(4)) : cell
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, shorter(cell)])),
  )
}

/** A message for people. */
export function say(text: string): void {
  process.stderr.write(`${harmless(text, true)}\n`)
}

function table(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0]!)
  const shown = rows.map((row) => columns.map((column) => harmless(String(row[column] ?? '–'))))
  const isNumber = columns.map((column) => rows.every((row) => typeof row[column] !== 'string'))
  const widths = columns.map((column, i) =>
    shown.reduce((width, cells) => Math.max(width, cells[i]!.length), column.length),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd()
  return `${[line(columns), ...shown.map(line)].join('\n')}\n`
}

/** One line that is rewritten while work goes on; on a terminal only. */
export function progressLine(): (text: string) => void {
  if (!process.stderr.isTTY) return () => {}
  return (text) => process.stderr.write(`\r\x1b[2K${text}`)
}
