/**
 * `npm test`: everything, in the order in which a failure is cheapest to learn of: check, build, then unit, app,
 * database, API, journey and browser tests. Nothing is skipped silently; the last line counts.
 * Plain JavaScript, so that an old Node gets a sentence and not a syntax error.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findChromium } from './chromium.mjs'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Node ${process.versions.node} is too old: run \`npm ci\`, which brings Node 24, or install Node 22.18 or newer`,
  )
  process.exit(1)
}

const chromium = findChromium()
if (!chromium) {
  console.error(
    'No Chromium found for the browser tests: run `apt-get install -y chromium`, or set CHROMIUM_PATH',
  )
  process.exit(1)
}

const npx = (...command) => spawnSync('npx', ['--no-install', ...command], { stdio: 'inherit' }).status ?? 1

const check = spawnSync(process.execPath, ['tests/run/check.mjs'], { stdio: 'inherit' }).status ?? 1
const build = spawnSync(process.execPath, ['server/build.mjs'], { stdio: 'inherit' }).status ?? 1

/** Those that start servers and browsers have the machine to themselves. */
const GROUPS = [
  { projects: ['unit', 'app', 'fuzz', 'database'], workers: 2 },
  { projects: ['api', 'journey', 'browser'], workers: 1 },
]
const folder = mkdtempSync(join(tmpdir(), 'crypto-tracker-test-'))
const runs = GROUPS.map(({ projects, workers }, i) => {
  const file = join(folder, `results-${i}.json`)
  const chosen = projects.map((project) => `--project=${project}`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  return { file, status: npx('vitest', 'run', `--maxWorkers=${workers}`, ...chosen, ...reporters) }
})

const counts = { passed: 0, failed: 0, skipped: 0 }
const skipped = new Map()
for (const { file } of runs) {
  if (!existsSync(file)) {
    counts.failed++
    continue
  }
  for (const suite of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    if (suite.status === 'failed' && suite.assertionResults.length === 0) counts.failed++
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') counts.passed++
      else if (test.status === 'failed') counts.failed++
      else {
        counts.skipped++
        const group = test.ancestorTitles[0] ?? test.title
        skipped.set(group, (skipped.get(group) ?? 0) + 1)
      }
    }
  }
}
rmSync(folder, { recursive: true, force: true })

// Check and build count as one test each: a run in which they fail must not read as a success.
for (const status of [check, build]) counts[status === 0 ? 'passed' : 'failed']++
if (runs.some(({ status }) => status !== 0) && counts.failed === 0) counts.failed++

for (const [group, number] of skipped) console.log(`SKIP ${group} (${number})`)
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exit(counts.failed === 0 ? 0 : 1)
