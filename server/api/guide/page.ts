/** The page that tells a phone how it comes to https: whole without scripts, which only look whether it is trusted by now. */
import { X509Certificate } from 'node:crypto'
import { html, raw } from 'hono/html'
import encodeQR from 'qr'
import type { PhonesStatus } from '../../phones/phones.ts'
import { DEVICE_NAMES, DEVICES, WORDS, type Device, type Language, type Words } from './words.ts'

export interface Visit {
  readonly language: Language
  readonly device: Device
  /** By which name or address the page was asked for. */
  readonly host: string
  readonly isHttps: boolean
  /** null where https for phones is off. */
  readonly phones: PhonesStatus | null
  /** The server's own https address; null where it has none. */
  readonly own: string | null
}

type Html = ReturnType<typeof html>

export function guidePage(visit: Visit): Html {
  const { language, phones, own, isHttps } = visit
  const words = WORDS[language]
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${words.title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/phone/page.css" />
        ${phones && !isHttps ? html`<script src="/phone/page.js" defer></script>` : ''}
      </head>
      <body>
        <main>
          <h1>${words.title}</h1>
          <p class="lead">${words.why}${phones && !own ? ` ${words.made}` : ''}</p>
          ${own ? elsewhere(own, words) : phones ? on(visit, phones, words) : off(words)}
          <nav>${languages(visit)}</nav>
        </main>
      </body>
    </html>`
}

function elsewhere(own: string, words: Words): Html {
  return html`<section class="card">
    <p>${words.own}</p>
    <p><a class="filled button" href="${own}/">${words.open}</a></p>
  </section>`
}

function off(words: Words): Html {
  return html`<section class="card">
    <p>${words.off}</p>
    <p><code class="command">npm run -s cli -- phone</code></p>
    <p class="note">${words.offThen}</p>
  </section>`
}

function on({ device, host, isHttps, language }: Visit, phones: PhonesStatus, words: Words): Html {
  const name = authorityName(phones)
  const app = appAddress(phones, host)
  const firefox = words.firefox[device]
  return html` <section class="card" aria-live="polite">
      <p
        id="state"
        data-origins="${candidates(phones, host).join(' ')}"
        data-trusted="${words.trusted}"
        data-not-yet="${words.notYet}"
      >
        ${isHttps ? words.trusted : words.waiting}
      </p>
      <p>
        <a id="open" class="${isHttps ? 'filled button' : 'button'}" href="${isHttps ? '/' : `${app}/`}"
          >${words.open}</a
        >
      </p>
    </section>
    <section class="card">
      <p>
        <a class="filled button" href="/phone/crypto-tracker.${device === 'linux' ? 'pem' : 'crt'}"
          >${words.download}</a
        >
      </p>
      <p class="note">${words.compare}</p>
      <p class="fingerprint">${grouped(phones.fingerprint)}</p>
    </section>
    <section>
      <h2>${words.steps(DEVICE_NAMES[device])}</h2>
      <ol>
        ${words.device(device, name).map((step) => html`<li>${step}</li>`)}
        <li><strong>${words.after}</strong>: <a href="${app}/">${app}</a>. ${words.afterHint}</li>
      </ol>
      ${firefox ? html`<p class="note">${firefox}</p>` : ''}
      ${device === 'linux' ? html`<p><code class="command">certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n "${name}" -i crypto-tracker.pem</code></p>` : ''}
      <p class="note">
        ${words.other}:
        ${DEVICES.filter((other) => other !== device).map(
          (other) =>
            html`<a class="choice" href="/phone?device=${other}&amp;lang=${language}"
              >${DEVICE_NAMES[other]}</a
            > `,
        )}
      </p>
    </section>
    ${device === 'ios' || device === 'android' ? '' : scan(phones, words)}
    <section>
      <p class="note">${words.apart}</p>
      <details>
        <summary>${words.meaning}</summary>
        <p class="note">${words.meaningText}</p>
      </details>
    </section>`
}

function scan({ guide }: PhonesStatus, words: Words): Html {
  return html`<section>
    <h2>${words.scan}</h2>
    <p class="note">${words.scanLead}</p>
    <div class="code" role="img" aria-label="${guide}">${raw(encodeQR(guide, 'svg', { border: 2 }))}</div>
    <p class="note">${guide}</p>
  </section>`
}

function languages({ language, device }: Visit): Html[] {
  return (Object.keys(WORDS) as Language[])
    .filter((other) => other !== language)
    .map(
      (other) =>
        html`<a
          class="choice"
          lang="${other}"
          hreflang="${other}"
          href="/phone?device=${device}&amp;lang=${other}"
          >${WORDS[other].language}</a
        >`,
    )
}

/** The name under which phones list the authority. */
export function authorityName({ authority }: Pick<PhonesStatus, 'authority'>): string {
  return /^CN=(.+)$/m.exec(new X509Certificate(authority).subject)?.[1] ?? 'Crypto Tracker'
}

const hostOf = (address: string): string => new URL(address).hostname

/** By the name that brought the visitor here, since that one works for them. */
function appAddress({ addresses }: PhonesStatus, host: string): string {
  return addresses.find((address) => hostOf(address) === host) ?? addresses[0]!
}

/**
 * Where the page looks: at a name that stays when the machine's address changes, for what a browser keeps hangs on it; then
 * where the visitor is.
 */
function candidates(phones: PhonesStatus, host: string): string[] {
  const named = phones.addresses.filter((address) => hostOf(address).endsWith('.local'))
  return [...new Set([...named, appAddress(phones, host)])]
}

/** `AB:CD:…` in groups of four bytes, which break between lines. */
function grouped(fingerprint: string): Html[] {
  return (fingerprint.match(/(..:?){1,4}/g) ?? []).map((group) => html`<span>${group}</span>`)
}
