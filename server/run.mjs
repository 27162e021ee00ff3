/**
 * What `npm start` and `npm run demo` share: Node is checked, `.env` read, the app built where it must be, the server
 * started, and stopped in order on SIGINT and SIGTERM. Plain JavaScript, so that an old Node gets a sentence.
 * `--no-build` leaves the app as it is (development serves it otherwise).
 */
import { existsSync } from 'node:fs'
import { isNodeRecent, NODE_TOO_OLD } from './node-version.mjs'

/** A stop that takes longer than this is ended. */
const STOP_WITHIN_MS = 9_500
/** One Ctrl-C comes twice: from the terminal, and passed on by npm. What follows this soon is no second wish. */
const SAME_KEY_MS = 500

/**
 * @param {() => Promise<() => Promise<{ lines: readonly string[], stop(): Promise<void> }>>} prepare reads the
 *   configuration first of all, since a build takes seconds and a wrong variable should not wait for it; gives the start
 */
export async function run(prepare) {
  if (!isNodeRecent()) {
    console.error(NODE_TOO_OLD)
    process.exit(1)
  }
  try {
    if (existsSync('.env')) process.loadEnvFile('.env')
    const start = await prepare()
    const { buildApp, whyBuild } = await import('./build.mjs')
    const why = process.argv.includes('--no-build') ? null : whyBuild()
    if (why) {
      console.log(`Building the app, since ${why}…`)
      await buildApp()
    }
    const server = await start()
    // Before the lines: who reads them may send a signal at once.
    stopOnSignals(server)
    console.log(server.lines.join('\n'))
  } catch (error) {
    console.error(`Crypto Tracker cannot start: ${error instanceof Error ? error.message : String(error)}`)
    if (['debug', 'trace'].includes(process.env.LOG_LEVEL ?? '')) console.error(error)
    process.exit(1)
  }
}

/** The first signal stops in order, a second one at once. */
function stopOnSignals(server) {
  let firstAtMs = null
  const stop = async (signal) => {
    if (firstAtMs !== null) {
      if (performance.now() - firstAtMs > SAME_KEY_MS) process.exit(1)
      return
    }
    firstAtMs = performance.now()
    console.log(`Stopping (${signal})…`)
    setTimeout(() => {
      console.error('The stop took too long and was ended; nothing that was acknowledged is lost')
      process.exit(1)
    }, STOP_WITHIN_MS).unref()
    await server.stop()
    console.log('Stopped')
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop)
}
