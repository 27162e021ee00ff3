/**
 * `npm run dev`: the server, restarted when its files change, and Vite's development server, which hands it the API calls.
 * Ends both when either ends.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isNodeRecent, NODE_TOO_OLD } from './node-version.mjs'

if (!isNodeRecent()) {
  console.error(NODE_TOO_OLD)
  process.exit(1)
}

const root = join(import.meta.dirname, '..')
const envFile = existsSync('.env') ? ['--env-file', '.env'] : []
const children = [
  [...envFile, '--watch', '--watch-preserve-output', join('server', 'start.mjs'), '--no-build'],
  [...envFile, join('node_modules', 'vite', 'bin', 'vite.js')],
].map((command) => spawn(process.execPath, command, { cwd: root, stdio: 'inherit' }))

let ending = false
const end = (code) => {
  if (ending) return
  ending = true
  process.exitCode = code
  for (const child of children) child.kill('SIGTERM')
}
for (const child of children) child.on('exit', (code) => end(code ?? 0))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(0))
