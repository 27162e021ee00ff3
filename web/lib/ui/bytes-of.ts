/** How much of how much: `1.2 of 1.9 MB`, the unit said once where it is the same. */
import { formatBytes } from '../../../core/format/bytes.ts'

export function bytesOf(done: number, wanted: number): string {
  const [part, whole] = [formatBytes(Math.min(done, wanted)), formatBytes(wanted)]
  const unit = whole.slice(whole.lastIndexOf(' '))
  return part.endsWith(unit) ? `${part.slice(0, -unit.length)} of ${whole}` : `${part} of ${whole}`
}
