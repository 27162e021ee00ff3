/** What a server process has used: it answers each `usage` of its parent with this. */

export interface Usage {
  /** Of all threads since the start. */
  readonly cpuMs: number
  /** Resident, after a collection where the process was started with --expose-gc. */
  readonly memoryBytes: number
}

/** Called by the server process. Any other message is `order`s business. */
export function tellUsage(order: (message: string) => void = () => {}): void {
  process.on('message', (message: string) => {
    if (message !== 'usage') return order(message)
    globalThis.gc?.()
    const { user, system } = process.cpuUsage()
    const usage: Usage = { cpuMs: (user + system) / 1000, memoryBytes: process.memoryUsage.rss() }
    process.send?.(usage)
  })
  // The channel to the parent would keep the process.
  process.once('SIGTERM', () => process.disconnect?.())
}
