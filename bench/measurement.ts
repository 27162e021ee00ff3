/**
 * One measured figure and how a table shows it. What programs read is contract: `--json` prints these as they are.
 */
import { middleOf, type Samples } from './paired.ts'

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
  /** Quartiles of the value over the rounds; absent where it does not vary. */
  readonly spread?: readonly [number, number]
  /** Quartiles of the ratio over the rounds. */
  readonly ratio_spread?: readonly [number, number]
}

/** What the subjects of one comparison share. */
export interface Comparison<Name extends string = string> {
  readonly name: string
  /** The data, before the subject's own name. */
  readonly label: string
  readonly unit: string
  readonly n: number
  /** What the others are held against. */
  readonly against: Name
}

/** Medians of paired rounds; a ratio is the median of the ratios within each round. */
export function compared<Name extends string>(
  { name, label, unit, n, against }: Comparison<NoInfer<Name>>,
  samples: Samples<Name>,
): Measurement[] {
  return (Object.keys(samples) as Name[]).map((subject) => {
    const value = middleOf(samples[subject])
    const ratio = middleOf(samples[subject].map((figure, round) => figure / samples[against][round]!))
    return {
      name,
      subject: `${label}: ${subject}`,
      value: value.median,
      unit,
      ratio_to: against,
      ratio: ratio.median,
      n,
      spread: value.spread,
      ratio_spread: ratio.spread,
    }
  })
}

/** The measurements as an aligned table; figures of three significant digits or two decimals. */
export function tableOf(measurements: readonly Measurement[]): string {
  const lines = measurements.map(({ subject, value, unit, ratio, ratio_to, n, spread, ratio_spread }) => [
    subject,
    figure(value),
    unit,
    spread ? spread.map(figure).join('–') : '',
    ratio === null ? '' : ratio.toFixed(3),
    ratio_spread ? ratio_spread.map((end) => end.toFixed(3)).join('–') : '',
    ratio_to === null ? '' : `of ${ratio_to}`,
    n.toLocaleString('en-US'),
  ])
  const head = ['subject', 'value', 'unit', 'quartiles', 'ratio', 'quartiles', '', 'n']
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]!.length)),
  )
  const right = new Set([1, 3, 4, 5, 7])
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
  if (value !== 0 && value < 1e-3) return value.toExponential(1)
  return value < 10 ? value.toFixed(3) : value.toFixed(2)
}
