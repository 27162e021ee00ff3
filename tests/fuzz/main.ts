/**
 * The full run: `node tests/fuzz/main.ts [--border NAME] [--tries N] [--seed N] [--first N]`. Without a border all of
 * them, as often as each is to be tried. A try that fails is printed with what replays it.
 */
import { parseArgs } from 'node:util'
import { attack } from './attack.ts'
import { TARGETS } from './borders.ts'

const { values } = parseArgs({
  options: {
    border: { type: 'string' },
    tries: { type: 'string' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
  },
})

if (values.border !== undefined && !Object.hasOwn(TARGETS, values.border)) {
  console.error(`there is no border "${values.border}": ${Object.keys(TARGETS).join(', ')}`)
  process.exit(2)
}

console.log('border      tries    refused      taken  slowest  memory')
for (const [name, target] of Object.entries(TARGETS)) {
  if (values.border !== undefined && values.border !== name) continue
  const border = await target.open()
  try {
    const tries = values.tries === undefined ? target.tries : Number(values.tries)
    const report = await attack(border, tries, Number(values.seed), Number(values.first))
    const counts = [report.tries, report.refused, report.taken].map((n) => String(n).padStart(10)).join(' ')
    const megabytes = Math.round(report.grownBytes / 1e6)
    console.log(`${name.padEnd(6)} ${counts} ${report.slowestMs.toFixed(0).padStart(5)} ms  +${megabytes} MB`)
  } finally {
    await border.stop?.()
  }
}
