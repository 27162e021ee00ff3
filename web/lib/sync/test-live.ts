/** A live stream of a test: says what the test makes it say. */
import type { LiveEvents } from '../../../core/wire/api.ts'
import type { EventStream } from './live.ts'

export class TestStream implements EventStream {
  closed = false
  readonly url: string
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>()

  constructor(url: string) {
    this.url = url
  }
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(name, listener)
  }
  close(): void {
    this.closed = true
  }
  /** The server's word, or the browser's own (`open`, `error`). */
  say<Name extends keyof LiveEvents>(name: Name, data: LiveEvents[Name]): void
  say(name: 'open' | 'error' | 'bye'): void
  say(name: string, data?: object): void {
    this.#listeners.get(name)?.(new MessageEvent(name, { data: data ? JSON.stringify(data) : '' }))
  }
}
