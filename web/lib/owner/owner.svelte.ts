/**
 * Whether this browser is signed in as the server's owner. What was last known is kept on the device, so that the tab of
 * the owner is there without a network, too; the server decides, this only says what to show.
 */
const KEY = 'crypto-tracker:owner'

class Owner {
  #isSignedIn = $state(remembered())

  /** As the server said last. */
  get isSignedIn(): boolean {
    return this.#isSignedIn
  }

  /** What the server has said. */
  heard(isSignedIn: boolean): void {
    this.#isSignedIn = isSignedIn
    try {
      if (isSignedIn) localStorage.setItem(KEY, '1')
      else localStorage.removeItem(KEY)
    } catch {
      // Private windows may refuse; the server is asked at the next start anyway.
    }
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
