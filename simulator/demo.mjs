/** `npm run demo`: checks Node, builds the app where it must, then runs the demo. Plain JavaScript, so that an old Node gets a sentence. */
import { isNodeRecent, NODE_TOO_OLD } from '../server/node-version.mjs'

if (!isNodeRecent()) {
  console.error(NODE_TOO_OLD)
  process.exit(1)
}

const { buildApp, whyBuild } = await import('../server/build.mjs')
const why = process.argv.includes('--no-build') ? null : whyBuild()
if (why) {
  console.log(`Building the app, since ${why}…`)
  await buildApp()
}
const { runDemo } = await import('./demo.ts')
await runDemo()
