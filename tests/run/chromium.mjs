/** Where the browser of the tests is: CHROMIUM_PATH, then the system's, then Playwright's own. */
import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'

/** @returns {string | null} path of the executable */
export function findChromium() {
  const own = (() => {
    try {
      return chromium.executablePath()
    } catch {
      return ''
    }
  })()
  const places = [
    process.env['CHROMIUM_PATH'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    own,
  ]
  return places.find((path) => path && existsSync(path)) ?? null
}
