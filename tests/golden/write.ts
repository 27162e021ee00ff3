/** Writes core/volatility/golden/*.json from the plain twins: `node tests/golden/write.ts`. The same files each time. */
import { writeFileSync } from 'node:fs'
import { goldenBars, goldenDays } from '../../core/volatility/plain/golden.ts'

const folder = new URL('../../core/volatility/golden/', import.meta.url)

/** A field a line, and a line for each result and day: differences are seen. */
function text(file: object): string {
  const fields = Object.entries(file).map(([name, value]: [string, unknown]) => {
    const isList = name === 'results' || name === 'days'
    const lines = isList ? (value as unknown[]).map((one) => `    ${JSON.stringify(one)}`) : []
    return `  ${JSON.stringify(name)}: ${isList ? `[\n${lines.join(',\n')}\n  ]` : JSON.stringify(value)}`
  })
  return `{\n${fields.join(',\n')}\n}\n`
}

for (const [name, file] of Object.entries({ ...goldenBars(), ...goldenDays() })) {
  writeFileSync(new URL(`${name}.json`, folder), text(file))
  process.stdout.write(`${name}.json\n`)
}
