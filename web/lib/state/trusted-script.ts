/**
 * Addresses of scripts that this app starts by name: its worker and its service worker. Where the browser knows Trusted Types
 * the policy of the page takes no plain text for them, so that nothing that was read from elsewhere can become one.
 */
interface ScriptPolicy {
  createScriptURL(url: string): string
}

/** As far as it is used here; it is missing where the browser has none. */
interface TrustedTypes {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy
}

/** Named in the page's Content-Security-Policy. */
const POLICY = 'crypto-tracker'

let policy: ScriptPolicy | null = null

/** @throws TypeError when the script is not of this server */
export function trustedScript(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  policy ??= trustedTypes?.createPolicy(POLICY, { createScriptURL: own }) ?? { createScriptURL: own }
  return policy.createScriptURL(url)
}

function own(url: string): string {
  if (new URL(url, location.href).origin === location.origin) return url
  throw new TypeError(`${url} is no script of this server`)
}
