/**
 * Security headers on every answer. The page's Content-Security-Policy is made from the built page itself:
 * Kit's inline start script is allowed by its hash, no other inline script is.
 */
import { createHash } from 'node:crypto'

export type Headers = Readonly<Record<string, string>>

/** For all answers; those of a page add `pagePolicy`. `address` is the server's as browsers see it. */
export function securityHeaders(address: string): Headers {
  return {
    'content-security-policy':
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'origin-agent-cluster': '?1',
    'permissions-policy':
      'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), usb=()',
    ...(isHttpsForGood(address) ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  }
}

/**
 * Whether browsers may be told to come by https only. They apply that to every port of the host and for a year, so it is
 * said neither of localhost nor of a port beside the usual one: other services of the same host would become unreachable.
 */
function isHttpsForGood(address: string): boolean {
  const { protocol, hostname, port } = new URL(address)
  return protocol === 'https:' && port === '' && !/(^|\.)localhost$/.test(hostname)
}

/** The one style attribute in markup: Kit's own, that hides what it tells to readers of the screen. */
const ANNOUNCER_STYLE = "'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='"

/** The policy of the page whose HTML this is. Workers take the policy of their own script's answer, so it goes there too. */
export function pagePolicy(html: string): string {
  const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/gi)].map(
    ([, script]) => `'sha256-${createHash('sha256').update(script!).digest('base64')}'`,
  )
  return [
    "default-src 'self'",
    `script-src ${["'self'", ...new Set(hashes)].join(' ')}`,
    `style-src 'self' 'unsafe-hashes' ${ANNOUNCER_STYLE}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "worker-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    // Svelte's templates, and the addresses of the app's two workers (web/lib/state/trusted-script.ts); no other text becomes code.
    "require-trusted-types-for 'script'",
    'trusted-types svelte-trusted-html crypto-tracker',
  ].join('; ')
}
