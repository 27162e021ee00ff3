/**
 * `/phone`: how a phone of this network comes to https, with the certificate that it has to trust. It is read over plain
 * http, before there is any trust, so nothing that matters is asked or told there; the fingerprint is compared by eye.
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from 'hono'
import type { PhonesStatus } from '../phones/phones.ts'
import type { Api, ApiEnv, ApiParts } from './context.ts'
import { guidePage } from './guide/page.ts'
import { DEVICES, WORDS, type Device, type Language } from './guide/words.ts'
import { isSecure } from './owner.ts'
import { ApiProblem } from './problem.ts'
import { sendFile, staticFile, type StaticFile } from './static-file.ts'

/** The files that belong to the page, by their names. */
export type Guide = ReadonlyMap<string, StaticFile>

/** The page looks at other origins of this machine: over https, at other names. */
const policy = (port: number | null) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    'img-src data:',
    ...(port === null ? [] : [`connect-src https://*:${port}`]),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')

export async function loadGuide(): Promise<Guide> {
  const own = join(import.meta.dirname, 'guide')
  const fonts = join(import.meta.dirname, '..', '..', 'web', 'fonts')
  const files = [
    [own, 'page.css'],
    [own, 'page.js'],
    [fonts, 'inter.woff2'],
  ] as const
  return new Map(
    await Promise.all(
      files.map(
        async ([folder, name]) => [name, staticFile(name, await readFile(join(folder, name)))] as const,
      ),
    ),
  )
}

export function addGuide(api: Api, parts: ApiParts): void {
  const { guide, phones } = parts
  const status = () => phones()?.status() ?? null

  api.get('/phone', async (c) => {
    const now = status()
    const page = guidePage({
      language: languageOf(c),
      device: deviceOf(c),
      host: new URL(c.req.url).hostname,
      isHttps: isSecure(c, parts),
      phones: now,
      own: parts.address.startsWith('https:') ? parts.address : null,
    })
    return c.html(page, 200, {
      'content-security-policy': policy(now?.port ?? null),
      'cache-control': 'no-store',
      vary: 'accept-language, user-agent',
    })
  })

  /** Whoever gets this answer trusts the certificate; a page of another origin may see that it came, and nothing more. */
  api.get('/phone/trusted', (c) =>
    c.body(null, 204, { 'cross-origin-resource-policy': 'cross-origin', 'cache-control': 'no-store' }),
  )

  api.get('/phone/:name', (c) => {
    const name = c.req.param('name')
    const file = guide.get(name)
    if (file) return sendFile(file, c.req.raw, policy(null))
    const now = status()
    const certificate = now && certificateFiles(now)[name]
    if (!certificate) throw new ApiProblem('not-found', 'there is nothing here; the page is /phone')
    const { type, bytes } = certificate
    return c.body(bytes, 200, { 'content-type': type, 'cache-control': 'no-store' })
  })
}

/** The authority's certificate in the two ways in which systems read it. */
function certificateFiles({
  authority,
}: PhonesStatus): Readonly<Record<string, { type: string; bytes: Uint8Array<ArrayBuffer> }>> {
  return {
    'crypto-tracker.crt': {
      type: 'application/x-x509-ca-cert',
      bytes: new Uint8Array(new X509Certificate(authority).raw),
    },
    'crypto-tracker.pem': { type: 'application/x-pem-file', bytes: new TextEncoder().encode(authority) },
  }
}

/** What was chosen, else the first of the browser's languages that the page speaks. */
function languageOf(c: Context<ApiEnv>): Language {
  const asked = [c.req.query('lang'), ...(c.req.header('accept-language') ?? '').split(',')]
  const tags = asked.map((tag) => (tag ?? '').trim().split(/[-;]/, 1)[0]!.toLowerCase())
  return tags.find((tag): tag is Language => Object.hasOwn(WORDS, tag)) ?? 'en'
}

/** An iPad says that it is a Mac; its owner then chooses. */
function deviceOf(c: Context<ApiEnv>): Device {
  const chosen = DEVICES.find((device) => device === c.req.query('device'))
  if (chosen) return chosen
  const agent = c.req.header('user-agent') ?? ''
  if (/\b(iPhone|iPad|iPod)\b/.test(agent)) return 'ios'
  if (/\bAndroid\b/.test(agent)) return 'android'
  if (/\bMacintosh\b/.test(agent)) return 'mac'
  return /\bWindows\b/.test(agent) ? 'windows' : 'linux'
}
