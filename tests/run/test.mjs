/**
 * `npm test`: everything, in the order in which a failure is cheapest to learn of: check, build, then unit, app,
 * database, API, journey, browser and container tests. A file that failed is run once more, alone, after the rest, and said to be
 * unsteady if it is good then. Nothing is skipped silently; the last line counts.
 * Plain JavaScript, so that an old Node gets a sentence and not a syntax error.
 */
import { spawnSync } from 'node:child_process'
// Whole, not by name: an old Node lacks `globSync`, and would end before the sentence below.
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
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

const check = spawnSync(process.execPath, ['tests/run/check.mjs'], { stdio: 'inherit' }).status ?? 1
const build = spawnSync(process.execPath, ['server/build.mjs'], { stdio: 'inherit' }).status ?? 1

/** Those that start servers and browsers have the machine to themselves. */
const GROUPS = [
  { projects: ['unit', 'app', 'fuzz', 'database'], workers: 2 },
  { projects: ['api', 'journey', 'browser', 'containers'], workers: 1 },
]
/** When more files than these fail, something is broken, and no second run tells more. */
const MOST_AGAIN = 6

const counts = { passed: 0, failed: 0, skipped: 0 }
const lines = []
const fail = (line) => {
  counts.failed++
  lines.push(line)
}

const folder = fs.mkdtempSync(join(tmpdir(), 'crypto-tracker-test-'))
/** Runs some of the tests and gives what each file of them came to, by its path. */
function run(name, ...chosen) {
  const results = join(folder, `${name}.json`)
  const command = [
    '--no-install',
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=./tests/run/results.mjs',
  ]
  const env = { ...process.env, TEST_RESULTS: results }
  const { status } = spawnSync('npx', [...command, ...chosen], { stdio: 'inherit', env })
  if (!fs.existsSync(results)) {
    fail(`failed: ${name} ended without results`)
    return new Map()
  }
  const { files, others } = JSON.parse(fs.readFileSync(results, 'utf8'))
  for (const message of others) fail(`failed: ${name}, outside of any file: ${firstLine(message)}`)
  if (status !== 0 && others.length === 0 && files.every(({ isGood }) => isGood))
    fail(`failed: ${name} ended with code ${status}`)
  return new Map(files.map((file) => [file.path, file]))
}

const firstLine = (text) => text.trim().split('\n')[0]

const files = new Map(
  GROUPS.flatMap(({ projects, workers }) => [
    ...run(projects.join(' '), `--maxWorkers=${workers}`, ...projects.map((one) => `--project=${one}`)),
  ]),
)
const testFiles = fs.globSync('{core,server,simulator,bench,web,tests}/**/*.test.ts', {
  exclude: ['**/node_modules/**'],
})
for (const path of testFiles) if (!files.has(resolve(path))) fail(`failed: ${path} did not run`)

const failed = [...files.values()].filter(({ isGood }) => !isGood)
for (const { path, message } of failed.length > MOST_AGAIN ? [] : failed) {
  const name = relative('.', path)
  const second = run(name.replaceAll('/', ' '), path).get(path)
  if (!second) continue
  files.set(path, second)
  if (second.isGood) lines.push(`unsteady: ${name} was good at its second run (first: ${firstLine(message)})`)
}
fs.rmSync(folder, { recursive: true, force: true })

const skipped = new Map()
for (const file of files.values()) {
  counts.passed += file.passed
  counts.failed += file.failed
  counts.skipped += file.skipped.length
  for (const group of file.skipped) skipped.set(group, (skipped.get(group) ?? 0) + 1)
}
// Check and build count as one test each: a run in which they fail must not read as a success.
for (const [name, status] of Object.entries({ 'npm run check': check, 'npm run build': build }))
  if (status === 0) counts.passed++
  else fail(`failed: ${name}`)

for (const line of lines) console.log(line)
for (const [group, number] of skipped) console.log(`SKIP ${group} (${number})`)
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exit(counts.failed === 0 ? 0 : 1)
