/** How an app gets onto this device: each platform has its own way, and some have none. */

/** What a browser says of itself, as far as it counts here. */
export interface BrowserFacts {
  readonly userAgent: string
  readonly maxTouchPoints: number
  /** It can show its own dialog for installing: Chromium, on Android and on desktops. */
  readonly hasPrompt: boolean
}

/**
 * `ios`: by the share sheet. `menu`, `desktop-safari`: by a menu. `firefox-windows`: onto the taskbar. `firefox`: not at all,
 * and people may be told what works there. `none`: nothing is known of it.
 */
export type Platform =
  | 'prompt'
  | 'ios-safari'
  | 'ios-other'
  | 'android-menu'
  | 'desktop-menu'
  | 'desktop-safari'
  | 'firefox-windows'
  | 'firefox'
  | 'none'

/** The first Safari that takes web apps into the Dock, and the first Firefox that takes them onto Windows' taskbar. */
const SAFARI_WITH_DOCK = 17
const FIREFOX_WITH_TASKBAR = 143

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
  const firefox = Number(/\bFirefox\/(\d+)/.exec(userAgent)?.[1] ?? 0)
  if (firefox > 0)
    return /\bWindows\b/.test(userAgent) && firefox >= FIREFOX_WITH_TASKBAR ? 'firefox-windows' : 'firefox'
  // Chromium makes its offer unless it has the app already, or somebody has turned it down.
  if (/\bChrome\//.test(userAgent)) return 'desktop-menu'
  const safari = Number(/\bMacintosh\b.*\bVersion\/(\d+).*\bSafari\//.exec(userAgent)?.[1] ?? 0)
  return safari >= SAFARI_WITH_DOCK ? 'desktop-safari' : 'none'
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
