/**
 * `npm run bench [-- NAME…] [-- --json]`. Plain JavaScript, so that it can say what is missing before anything is
 * loaded: the peers are installed beside the product, at the first run.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))

if (!process.features.typescript) {
  console.error(
    `Node ${process.versions.node} cannot run TypeScript: npm scripts use the right one after npm ci.`,
  )
  process.exit(1)
}

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
const isHere = (name) => existsSync(new URL(`node_modules/${name}/`, import.meta.url))

if (!Object.keys(dependencies).every(isHere)) {
  console.error('Installing what the benchmarks compare with: npm ci --prefix bench')
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--prefix', here], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) {
    console.error('The installation failed. Run "npm ci --prefix bench" where the registry can be reached.')
    process.exit(1)
  }
}

const { main } = await import('./main-log.ts')
process.exitCode = await main(process.argv.slice(2))
