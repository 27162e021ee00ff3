/**
 * Tells when a request of `fetch` really leaves for the network: between the call and the first byte lies the connection,
 * and whatever else keeps this process busy. By the diagnostics channels that Node's fetch publishes.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'

const current = new AsyncLocalStorage<() => void>()
const made = new WeakMap<object, () => void>()

diagnostics.subscribe('undici:request:create', (message) => {
  const sent = current.getStore()
  if (sent) made.set(requestOf(message), sent)
})
diagnostics.subscribe('undici:client:sendHeaders', (message) => made.get(requestOf(message))?.())

/** Runs what calls `fetch` once; `sent` is called when its request leaves, or never where the runtime does not tell. */
export function tellingSent<T>(sent: () => void, run: () => Promise<T>): Promise<T> {
  return current.run(sent, run)
}

function requestOf(message: unknown): object {
  return (message as { request: object }).request
}
