/**
 * Builds the app once and remembers from which sources, so that a start after an update builds it anew and any other
 * start does not. Plain JavaScript: it runs before anything else does.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '..')
const stampFile = join(root, 'build', '.built-from')
const SOURCES = [
  'wuchale.config.js',
  'web',
  'core',
  'static',
  'CHANGELOG.md',
  'vite.config.ts',
  'svelte.config.js',
  'package-lock.json',
]

/** Why the app must be built; null when it is there and of these sources. */
export function whyBuild() {
  if (!existsSync(join(root, 'build', 'index.html'))) return 'it is not built yet'
  // An image has the built app alone, and of `web` the fonts for the page of phones.
  if (!existsSync(join(root, 'web', 'routes'))) return null
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : null
  return stamp === fingerprint() ? null : 'its sources have changed'
}

/** @throws Error with all that the build printed; while it succeeds it says nothing */
export async function buildApp() {
  if (!existsSync(join(root, 'node_modules', 'vite')))
    throw new Error(
      'the app cannot be built, since its build tools are not installed: run npm ci (without --omit=dev)',
    )
  // The messages first: building puts in those that are known.
  await run(join('wuchale', 'dist', 'cli', 'index.js'))
  const before = fingerprint()
  await run(join('vite', 'bin', 'vite.js'), 'build')
  writeFileSync(stampFile, before)
}

async function run(program, ...words) {
  const command = [join(root, 'node_modules', program), ...words]
  await promisify(execFile)(process.execPath, command, { cwd: root, maxBuffer: 2 ** 26 }).catch((error) => {
    throw new Error(`the app cannot be built:\n${error.stdout}${error.stderr}`, { cause: error })
  })
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const source of SOURCES) {
    const path = join(root, source)
    const entries = source.includes('.')
      ? [path]
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter(
            (entry) =>
              entry.isFile() && !entry.name.includes('.test.') && !entry.parentPath.endsWith('.wuchale'),
          )
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
    for (const file of entries) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file))
  }
  return hash.digest('hex')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildApp()
