import { describe, expect, test } from 'vitest'
import { coachFor, platformOf, type CoachFacts } from './platform.ts'

const SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0'
const AGENTS = {
  iphone: `Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) ${SAFARI} Mobile/15E148 Safari/604.1`,
  chromeOnIphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1',
  mac: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${SAFARI} Safari/605.1.15`,
  chromeOnMac:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  firefoxOnAndroid: 'Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0',
  firefoxOnLinux: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
  firefoxOnWindows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0',
  oldFirefoxOnWindows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  oldMac:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Safari/605.1.15',
  webkitOnLinux:
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
}
const on = (userAgent: string, maxTouchPoints = 0, hasPrompt = false) =>
  platformOf({ userAgent, maxTouchPoints, hasPrompt })

describe('the way onto the device', () => {
  test('is the browser’s own dialog wherever it offers one', () => {
    expect(on(AGENTS.chromeOnMac, 0, true)).toBe('prompt')
    expect(on(AGENTS.firefoxOnAndroid, 5, true)).toBe('prompt')
  })
  test('on an iPhone is the share sheet, and an iPad that says it is a Mac is told by its touch screen', () => {
    expect(on(AGENTS.iphone, 5)).toBe('ios-safari')
    expect(on(AGENTS.chromeOnIphone, 5)).toBe('ios-other')
    expect(on(AGENTS.mac, 5)).toBe('ios-safari')
    expect(on(AGENTS.mac)).toBe('desktop-safari')
  })
  test('is a menu on Android, and in a Chromium of a desktop that makes no offer', () => {
    expect(on(AGENTS.firefoxOnAndroid, 5)).toBe('android-menu')
    expect(on(AGENTS.chromeOnMac)).toBe('desktop-menu')
  })
  test('is the taskbar in a Firefox on Windows; any other one installs nothing, which is said', () => {
    expect(on(AGENTS.firefoxOnWindows)).toBe('firefox-windows')
    expect(on(AGENTS.oldFirefoxOnWindows)).toBe('firefox')
    expect(on(AGENTS.firefoxOnLinux)).toBe('firefox')
  })
  test('is not told where there is none: a Safari before the Dock took web apps, a WebKit of another system', () => {
    expect(on(AGENTS.oldMac)).toBe('none')
    expect(on(AGENTS.webkitOnLinux)).toBe('none')
  })
})

describe('people are told how to install', () => {
  const second: CoachFacts = {
    platform: 'ios-safari',
    isSecure: true,
    isInstalled: false,
    isDismissed: false,
    visits: 2,
    usedMs: 0,
  }
  test('on the second visit, or after a minute of use, and not before', () => {
    expect(coachFor(second)).toBe('ios-safari')
    expect(coachFor({ ...second, visits: 1, usedMs: 59_999 })).toBeNull()
    expect(coachFor({ ...second, visits: 1, usedMs: 60_000 })).toBe('ios-safari')
  })
  test('never once it is installed, or was dismissed, or where there is no way', () => {
    expect(coachFor({ ...second, isInstalled: true })).toBeNull()
    expect(coachFor({ ...second, isDismissed: true })).toBeNull()
    expect(coachFor({ ...second, platform: 'none' })).toBeNull()
  })
  test('over plain http why it cannot be installed, whatever the platform', () => {
    expect(coachFor({ ...second, isSecure: false, platform: 'none' })).toBe('insecure')
    expect(coachFor({ ...second, isSecure: false, isDismissed: true })).toBeNull()
  })
})
