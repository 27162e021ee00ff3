/** The clock as everything on the server sees it: injected, so that a simulation can run it in virtual time. */

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }
