/** A promise that is waited for so long and no longer. */

/** @throws what the promise throws, or Error when it has not settled in time */
export async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  const timer = Promise.withResolvers<never>()
  const timeout = setTimeout(() => timer.reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  try {
    return await Promise.race([promise, timer.promise])
  } finally {
    clearTimeout(timeout)
  }
}
