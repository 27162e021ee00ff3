/**
 * `node tests/run/kills.mjs [--kills 200] [--seed 1]`: kills the server again and again at random moments and holds what is
 * left against the truth (`tests/journey/kills.ts`). Exit code 1 when a candle was lost or invented, or a byte is wrong.
 */
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } },
})
if (!/^[1-9]\d{0,5}$/.test(values.kills)) {
  console.error(`--kills ${values.kills}: give a whole number from 1 to 999999`)
  process.exit(2)
}
const { killAgainAndAgain } = await import('../journey/kills.ts')
const say = (line) => console.error(line)
const report = await killAgainAndAgain({ kills: Number(values.kills), seed: values.seed, say })
console.log(JSON.stringify({ seed: values.seed, ...report }, null, 2))
process.exit(report.lost.length + report.invented.length + report.faults.length === 0 ? 0 : 1)
