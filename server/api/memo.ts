/** One computation for all who ask at the same moment, and its result for a short while after. */

/** Calls that come while one is running, or within `ms` after it, share its result; a failure is not kept. */
export function shared<T>(compute: () => Promise<T>, ms: number): () => Promise<T> {
  let current: Promise<T> | null = null
  let doneAtMs = Infinity
  return () => {
    if (current && performance.now() - doneAtMs < ms) return current
    const promise = compute()
    current = promise
    doneAtMs = Infinity
    promise.then(
      () => {
        if (current === promise) doneAtMs = performance.now()
      },
      () => {
        if (current === promise) current = null
      },
    )
    return promise
  }
}
