/**
 * Tells when a request of `fetch` really leaves for the network: between the call and the first byte lies the connection,
 * and whatever else keeps this process busy. By the diagnostics channels that Node's fetch publishes.
 * There, too, it may still be held back.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Says whether the request may leave. */
type Leaving = () => boolean

const current = new AsyncLocalStorage<Leaving>()
const made = new WeakMap<object, Leaving>()

diagnostics.subscribe('undici:request:create', (message) => {
  const sent = current.getStore()
  if (sent) made.set(requestOf(message), sent)
})
diagnostics.subscribe('undici:client:sendHeaders', (message) => {
  const leaving = made.get(requestOf(message))
  // Nothing of it has been written yet; the request fails as with a connection that breaks.
  if (leaving && !leaving()) (message as { socket: Socket }).socket.destroy()
})

/**
 * Runs what calls `fetch` once; `leaving` is called when its request leaves, or never where the runtime does not tell, and
 * may hold it back for good.
 */
export function tellingSent<T>(leaving: Leaving, run: () => Promise<T>): Promise<T> {
  return current.run(leaving, run)
}

function requestOf(message: unknown): object {
  return (message as { request: object }).request
}
