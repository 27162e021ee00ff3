/**
 * Whether this browser is signed in as the server's owner. What was last known is kept on the device, so that the tab of
 * the owner is there without a network, too; the server decides, this only says what to show.
 */
const KEY = 'crypto-tracker:owner'
/** Where the owner's last look at the server is kept; it goes with the sign-in, whether the owner's screens are loaded or not. */
export const PICTURE_KEY = 'crypto-tracker:admin:1'

class Owner {
  #isSignedIn = $state(remembered())
  readonly #leavers = new Set<() => void>()

  /** As the server said last. */
  get isSignedIn(): boolean {
    return this.#isSignedIn
  }

  /** What the server has said. */
  heard(isSignedIn: boolean): void {
    this.#isSignedIn = isSignedIn
    try {
      if (isSignedIn) localStorage.setItem(KEY, '1')
      else for (const key of [KEY, PICTURE_KEY]) localStorage.removeItem(key)
    } catch {
      // Private windows may refuse; the server is asked at the next start anyway.
    }
    if (!isSignedIn) for (const leave of this.#leavers) leave()
  }

  /** Calls whenever the server says that this browser is not the owner's: here, elsewhere, or since its session ended. */
  onSignedOut(leave: () => void): void {
    this.#leavers.add(leave)
  }
}

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== null
  } catch {
    return false
  }
}

export const owner = new Owner()
