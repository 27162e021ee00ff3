/**
 * Thousands of listeners in a process of their own: opens `count` connections to the live events at `port`, then answers
 * each message of its parent, a number of bytes, with those that came so far, once they are that many and it is quiet.
 */
import { connect } from 'node:net'

/** Connections opened at the same time. */
const AT_ONCE = 200
const QUIET_MS = 400

const [port, count] = process.argv.slice(2).map(Number)
let bytes = 0
let lastMs = performance.now()

function listen(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port!, '127.0.0.1', () =>
      socket.write('GET /api/v1/live HTTP/1.1\r\nhost: localhost\r\n\r\n'),
    )
    socket.once('data', () => resolve())
    socket.on('data', (part) => {
      bytes += part.length
      lastMs = performance.now()
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('a listener was let go')))
  })
}

for (let opened = 0; opened < count!; opened += AT_ONCE)
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count! - opened) }, listen))

process.on('message', (expected: number) => {
  const quiet = setInterval(() => {
    if (bytes < expected || performance.now() - lastMs < QUIET_MS) return
    clearInterval(quiet)
    process.send?.(bytes)
  }, 20)
})
process.once('SIGTERM', () => process.exit(0))
console.log(JSON.stringify({ listening: count }))
