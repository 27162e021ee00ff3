/**
 * Builds the app once and remembers from which sources, so that a start after an update builds it anew and any other
 * start does not. Plain JavaScript: it runs before anything else does.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')
const stampFile = join(root, 'build', '.built-from')
const SOURCES = ['web', 'core', 'static', 'vite.config.ts', 'svelte.config.js', 'package-lock.json']

/** Why the app must be built; null when it is there and of these sources. */
export function whyBuild() {
  if (!existsSync(join(root, 'build', 'index.html'))) return 'it is not built yet'
  if (!existsSync(join(root, 'web'))) return null
  const stamp = existsSync(stampFile) ? readFileSync(stampFile, 'utf8') : null
  return stamp === fingerprint() ? null : 'its sources have changed'
}

export async function buildApp() {
  const before = fingerprint()
  const { build } = await import('vite')
  // Kit looks for its files in the current folder, whatever Vite is told.
  const cwd = process.cwd()
  process.chdir(root)
  try {
    await build({ logLevel: 'error' })
  } finally {
    process.chdir(cwd)
  }
  writeFileSync(stampFile, before)
}

function fingerprint() {
  const hash = createHash('sha256')
  for (const source of SOURCES) {
    const path = join(root, source)
    const entries = source.includes('.')
      ? [path]
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
    for (const file of entries) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file))
  }
  return hash.digest('hex')
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await buildApp()
