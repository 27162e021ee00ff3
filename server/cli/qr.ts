/** A QR code for a terminal. */
import encodeQR from 'qr'

/** Two rows in a line of half blocks, with the colours set, so that it is dark on light in a light terminal as well. */
export function code(text: string): string {
  const rows = encodeQR(text, 'raw', { border: 2 })
  const lines: string[] = []
  for (let y = 0; y < rows.length; y += 2) {
    const cells = rows[y]!.map((upper, x) => CELLS[Number(upper)]![Number(rows[y + 1]?.[x] ?? false)]!)
    lines.push(`\x1b[30;107m${cells.join('')}\x1b[0m`)
  }
  return lines.join('\n')
}

/** By the upper and the lower module; dark is what is drawn. */
const CELLS = [
  [' ', '▄'],
  ['▀', '█'],
] as const
