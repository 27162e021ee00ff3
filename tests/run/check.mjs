/**
 * `npm run check`: types, lint, format, folder boundaries, unused code. Writes nothing but Kit's generated types.
 * All parts run even when one fails, so that one call shows everything.
 */
import { spawnSync } from 'node:child_process'

const parts = [
  ['generated types of the app', ['svelte-kit', 'sync']],
  ['messages of the app', ['wuchale', '--log-level', 'warn']],
  ['types of core, server, tests', ['tsc', '-p', '.']],
  ['types of the browser tests', ['tsc', '-p', 'tests/browser']],
  ['types of the benchmarks', ['tsc', '-p', 'bench']],
  [
    'types of the app',
    ['svelte-check', '--tsconfig', 'web/tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  ],
  ['lint, quick', ['oxlint', '--deny-warnings', 'core', 'server', 'simulator', 'web', 'tests', 'bench']],
  ['lint', ['eslint', '--max-warnings', '0', '.']],
  ['format', ['prettier', '--check', '--log-level', 'warn', '.']],
  ['folder boundaries', ['depcruise', '--output-type', 'err', 'core', 'server', 'simulator', 'web', 'tests']],
  ['unused code', ['knip']],
]

let failed = 0
for (const [name, command] of parts) {
  const started = performance.now()
  const run = spawnSync('npx', ['--no-install', ...command], { encoding: 'utf8' })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (run.status === 0) console.log(`ok      ${name} (${seconds} s)`)
  else {
    failed++
    console.log(`failed  ${name} (${seconds} s): ${command.join(' ')}\n${run.stdout}${run.stderr}`)
  }
}
process.exit(failed === 0 ? 0 : 1)
