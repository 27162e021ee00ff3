/**
 * `node docker/slim.mjs node_modules`: removes what no running server reads. Half of the installed bytes are types, maps of
 * sources, and builds for browsers and for `require`.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Builds beside the ones that the server imports, the largest ones. */
const OTHER_BUILDS = ['ccxt/dist', 'swagger-ui-dist/swagger-ui.js', 'swagger-ui-dist/swagger-ui-es-bundle.js']
const READ_BY_TOOLS = /\.(d\.[cm]?ts|map|flow|tsbuildinfo)$/

const [folder] = process.argv.slice(2)
if (!folder) {
  console.error('Usage: node docker/slim.mjs FOLDER')
  process.exit(2)
}
for (const build of OTHER_BUILDS) rmSync(join(folder, build), { recursive: true })
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
  if (entry.isFile() && READ_BY_TOOLS.test(entry.name)) rmSync(join(entry.parentPath, entry.name))
