/**
 * `npm run check`: packages, types, lint, format, folder boundaries, unused code. Writes nothing but Kit's generated types.
 * All parts run even when one fails, so that one call shows everything; two at a time, since each keeps one core busy.
 */
import { execFile } from 'node:child_process'

/** What the others read. */
const generated = [
  ['generated types of the app', ['svelte-kit', 'sync']],
  ['messages of the app', ['wuchale', '--log-level', 'warn']],
]
/** The longest first. */
const parts = [
  ['lint', ['eslint', '--max-warnings', '0', '.']],
  [
    'types of the app',
    ['svelte-check', '--tsconfig', 'web/tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  ],
  ['types of core, server, tests', ['tsc', '-p', '.']],
  ['types of the browser tests', ['tsc', '-p', 'tests/browser']],
  ['types of the benchmarks', ['tsc', '-p', 'bench']],
  ['format', ['prettier', '--check', '--log-level', 'warn', '.']],
  ['folder boundaries', ['depcruise', '--output-type', 'err', 'core', 'server', 'simulator', 'web', 'tests']],
  ['unused code', ['knip']],
  ['packages and their install scripts', ['node', 'tests/run/packages.mjs']],
  ['lint, quick', ['oxlint', '--deny-warnings', 'core', 'server', 'simulator', 'web', 'tests', 'bench']],
]
const AT_ONCE = 2

let failed = 0

/** Runs one part and says what came of it. */
function run([name, command]) {
  const started = performance.now()
  return new Promise((resolve) => {
    execFile('npx', ['--no-install', ...command], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      if (error) failed++
      console.log(
        error
          ? `failed  ${name} (${seconds} s): ${command.join(' ')}\n${stdout}${stderr || error.message}`
          : `ok      ${name} (${seconds} s)`,
      )
      resolve()
    })
  })
}

for (const part of generated) await run(part)
const waiting = parts.values()
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const part of waiting) await run(part)
  }),
)
process.exit(failed === 0 ? 0 : 1)
