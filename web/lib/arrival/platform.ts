/** How an app gets onto this device: each platform has its own way, and some have none. */

/** What a browser says of itself, as far as it counts here. */
export interface BrowserFacts {
  readonly userAgent: string
  readonly maxTouchPoints: number
  /** It can show its own dialog for installing: Chromium, on Android and on desktops. */
  readonly hasPrompt: boolean
}

/** `ios`: by the share sheet. `android-menu`, `desktop-safari`: by a menu. `none`: not at all. */
export type Platform = 'prompt' | 'ios-safari' | 'ios-other' | 'android-menu' | 'desktop-safari' | 'none'

/**
 * The user agent is the only thing that tells iPhones and menus apart; where it lies, people read of a menu that they do
 * not find, and nothing else happens. An iPad says that it is a Mac, which has no touch screen.
 */
export function platformOf({ userAgent, maxTouchPoints, hasPrompt }: BrowserFacts): Platform {
  const isApple =
    /\b(iPhone|iPad|iPod)\b/.test(userAgent) || (/\bMacintosh\b/.test(userAgent) && maxTouchPoints > 1)
  if (isApple) return /\b(CriOS|FxiOS|EdgiOS|OPiOS|DuckDuckGo)\b/.test(userAgent) ? 'ios-other' : 'ios-safari'
  if (hasPrompt) return 'prompt'
  if (/\bAndroid\b/.test(userAgent)) return 'android-menu'
  const isSafari = /\bMacintosh\b/.test(userAgent) && /\bVersion\/\d+.*\bSafari\//.test(userAgent)
  return isSafari ? 'desktop-safari' : 'none'
}

/** What is known when it is asked whether to tell people how to install. */
export interface CoachFacts {
  readonly platform: Platform
  /** https or localhost: elsewhere no browser installs anything. */
  readonly isSecure: boolean
  readonly isInstalled: boolean
  /** Somebody did not want to hear of it. */
  readonly isDismissed: boolean
  readonly visits: number
  readonly usedMs: number
}

/** Of use enough to be told how to keep it. */
const USED_MS = 60_000

/** How to install it, or why it cannot be; null while there is nothing useful to say. */
export function coachFor({
  platform,
  isSecure,
  isInstalled,
  isDismissed,
  visits,
  usedMs,
}: CoachFacts): Exclude<Platform, 'none'> | 'insecure' | null {
  if (isInstalled || isDismissed) return null
  if (visits < 2 && usedMs < USED_MS) return null
  if (!isSecure) return 'insecure'
  return platform === 'none' ? null : platform
}
