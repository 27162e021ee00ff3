/** Where the tool is that puts an authority into Chromium's own store of certificates on Linux. */
import { existsSync } from 'node:fs'

/** @returns {string | null} path of the executable */
export function findCertutil() {
  return ['/usr/bin/certutil', '/usr/local/bin/certutil'].find((path) => existsSync(path)) ?? null
}
