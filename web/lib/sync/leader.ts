/**
 * One tab syncs: the one that holds a lock of the browser. Where there are no locks (plain http) each tab syncs for
 * itself. A hidden tab gives the lock up when another waits for it, since browsers put hidden tabs to sleep.
 */

const LOCK = 'crypto-tracker-sync'

/**
 * Runs `lead` whenever this tab is the one that syncs, until `signal` ends it.
 *
 * @param lead works until its own signal is aborted
 */
export async function leadInTurn(
  signal: AbortSignal,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const locks = globalThis.navigator?.locks as LockManager | undefined
  if (!locks) return lead(signal)
  while (!signal.aborted) {
    try {
      await locks.request(LOCK, { signal }, () => leadUntilHidden(locks, signal, lead))
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }
}

async function leadUntilHidden(
  locks: LockManager,
  signal: AbortSignal,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const turn = new AbortController()
  const giveWay = async (): Promise<void> => {
    if (document.visibilityState !== 'hidden') return
    const { pending } = await locks.query()
    if (pending?.some((request) => request.name === LOCK)) turn.abort()
  }
  const watch = typeof document === 'undefined' ? null : setInterval(() => void giveWay(), 5_000)
  try {
    await lead(AbortSignal.any([signal, turn.signal]))
  } finally {
    if (watch !== null) clearInterval(watch)
  }
}
