/**
 * One measured figure and how a table shows it. What programs read is contract: `--json` prints these as they are.
 */

export interface Measurement {
  /** Of the benchmark. */
  readonly name: string
  /** What was measured, and on which data. */
  readonly subject: string
  readonly value: number
  readonly unit: string
  /** The subject that it is held against; null for the measure itself. */
  readonly ratio_to: string | null
  readonly ratio: number | null
  /** How many things went into it. */
  readonly n: number
}

/** The measurements as an aligned table; figures of three significant digits or two decimals. */
export function tableOf(measurements: readonly Measurement[]): string {
  const lines = measurements.map(({ subject, value, unit, ratio, ratio_to, n }) => [
    subject,
    figure(value),
    unit,
    ratio === null ? '' : ratio.toFixed(3),
    ratio_to === null ? '' : `of ${ratio_to}`,
    n.toLocaleString('en-US'),
  ])
  const head = ['subject', 'value', 'unit', 'ratio', '', 'n']
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]!.length)),
  )
  const right = new Set([1, 3, 5])
  return [head, ...lines]
    .map((line) =>
      line
        .map((cell, column) =>
          right.has(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function figure(value: number): string {
  return value < 10 ? value.toFixed(3) : value.toFixed(2)
}
