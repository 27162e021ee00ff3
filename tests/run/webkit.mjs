/** Where Safari's engine is, as Debian's `webkit2gtk-driver` brings it, and the screen without a screen that it needs. */
import { existsSync, globSync } from 'node:fs'

const DRIVER = '/usr/bin/WebKitWebDriver'
const SCREEN = '/usr/bin/Xvfb'

/** @returns {{ driver: string, screen: string, browser: string } | null} paths of the programs; null when one is missing */
export function findWebKit() {
  const browser = globSync('/usr/lib/*/webkit2gtk-4.*/MiniBrowser').toSorted().at(-1)
  return existsSync(DRIVER) && existsSync(SCREEN) && browser
    ? { driver: DRIVER, screen: SCREEN, browser }
    : null
}
