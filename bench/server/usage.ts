/** What a server process has used: it answers each `usage` of its parent with this. */

export interface Usage {
  /** Of all threads since the start. */
  readonly cpuMs: number
  /** In use after a collection: resident memory would count what an earlier step left free. */
  readonly memoryBytes: number
}

/** Called by the server process. Any other message is `order`s business. */
export function tellUsage(order: (message: string) => void = () => {}): void {
  process.on('message', (message: string) => {
    if (message !== 'usage') return order(message)
    globalThis.gc?.()
    const { user, system } = process.cpuUsage()
    const { heapUsed, external } = process.memoryUsage()
    const usage: Usage = { cpuMs: (user + system) / 1000, memoryBytes: heapUsed + external }
    process.send?.(usage)
  })
  // The channel to the parent would keep the process.
  process.once('SIGTERM', () => process.disconnect?.())
}
