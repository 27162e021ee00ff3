/**
 * `npm run proof -- [--folder DIR] [--minutes 60] [--jobs N] [--hours 72] [--embedded 200] [--postgres 50] [--kills 200]`: the
 * proof by simulation in large numbers, in parts. What is done is kept in the folder, so that the next call goes on there;
 * each call ends after so many minutes, and says what is done and what remains. Exit code 1 when any seed or kill failed.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const DEFAULTS = {
  minutes: '60',
  hours: '72',
  embedded: '200',
  postgres: '50',
  kills: '200',
  jobs: String(availableParallelism()),
}
/** One archive each; a part of the kills that can be done again where it was interrupted. */
const KILLS_A_PART = 25

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: join('data', 'proof') },
    ...Object.fromEntries(
      Object.entries(DEFAULTS).map(([name, value]) => [name, { type: 'string', default: value }]),
    ),
  },
})
for (const name of Object.keys(DEFAULTS))
  if (!/^\d{1,6}$/.test(values[name])) {
    console.error(`--${name} ${values[name]}: give a whole number`)
    process.exit(2)
  }
const number = (name) => Number(values[name])

mkdirSync(values.folder, { recursive: true })
const file = join(values.folder, `proof-${values.hours}h.json`)
/** By name of the part: what it reported. */
const done = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}

const seeds = (database, count) =>
  Array.from({ length: count }, (_, i) => ({
    name: `${database} ${i + 1}`,
    command: [
      'tests/simulation/main.ts',
      '--seeds',
      String(i + 1),
      '--hours',
      values.hours,
      '--database',
      database,
      '--json',
    ],
    isGood: ({ lost, invented, altered, wrong }) =>
      [lost, invented, altered, wrong].every(({ length }) => length === 0),
  }))
const kills = Array.from({ length: Math.ceil(number('kills') / KILLS_A_PART) }, (_, i) => ({
  name: `kills ${i + 1}`,
  command: [
    'tests/run/kills.mjs',
    '--kills',
    String(Math.min(KILLS_A_PART, number('kills') - i * KILLS_A_PART)),
    '--seed',
    `proof ${i + 1}`,
  ],
  isGood: ({ lost, invented, faults }) => lost.length + invented.length + faults.length === 0,
}))
const parts = [...seeds('embedded', number('embedded')), ...seeds('postgres', number('postgres')), ...kills]
const left = parts.filter(({ name }) => !done[name]?.isGood)
const endMs = Date.now() + number('minutes') * 60_000

/** Runs one part in a process of its own. A report that cannot be read is a failure as well, told with what was printed. */
async function run({ name, command, isGood }) {
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [told, complaints] = ['', '']
  child.stdout.on('data', (text) => (told += text))
  child.stderr.on('data', (text) => (complaints += text))
  await new Promise((resolve) => child.once('exit', resolve))
  let report = null
  try {
    report = JSON.parse(told)
  } catch {
    // The complaints say why.
  }
  const good = report !== null && isGood(report)
  done[name] = { isGood: good, report }
  writeFileSync(file, JSON.stringify(done))
  console.log(`${name}: ${good ? 'good' : 'FAILED'}`)
  if (!good) console.log(complaints.trim().split('\n').slice(-5).join('\n'))
}

async function work() {
  while (left.length > 0 && Date.now() < endMs) await run(left.shift())
}

await Promise.all(Array.from({ length: Math.max(1, number('jobs')) }, work))

let hasFailed = false
for (const kind of ['embedded', 'postgres', 'kills']) {
  const own = parts.filter(({ name }) => name.startsWith(kind))
  const tried = own.filter(({ name }) => done[name])
  const failed = tried.filter(({ name }) => !done[name].isGood).map(({ name }) => name)
  if (failed.length > 0) hasFailed = true
  const what = kind === 'kills' ? `parts of ${KILLS_A_PART} kills` : `seeds of ${values.hours} h`
  console.log(
    `${kind}: ${tried.length - failed.length} of ${own.length} ${what} good, ${own.length - tried.length} remain${failed.length > 0 ? `, failed: ${failed.join(', ')}` : ''}`,
  )
}
const remains = parts.some(({ name }) => !done[name])
console.log(remains ? `The same command goes on from ${file}` : `All is done; ${file} holds the reports`)
process.exit(hasFailed ? 1 : 0)
