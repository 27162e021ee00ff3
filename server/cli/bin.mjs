#!/usr/bin/env node
/**
 * The command-line tool's door. Its first line finds the system's Node, which may be too old for TypeScript: then it runs
 * itself again on the Node that came with the package.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isNodeRecent, NODE_TOO_OLD } from '../node-version.mjs'

if (isNodeRecent()) {
  const { main } = await import('./main.ts')
  process.exitCode = await main(process.argv)
} else {
  const node = findNode(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname))
  if (!node || process.env.CRYPTO_TRACKER_RERUN) {
    console.error(NODE_TOO_OLD)
    process.exit(1)
  }
  const child = spawn(node, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, CRYPTO_TRACKER_RERUN: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 1))
}

/** The Node of the nearest node_modules, in this folder or above. */
function findNode(folder) {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  for (let at = folder; ; at = dirname(at)) {
    const node = join(at, 'node_modules', '.bin', name)
    if (existsSync(node)) return node
    if (dirname(at) === at) return null
  }
}
