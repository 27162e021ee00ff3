/** Whether the server can listen where it is told to, is reached where browsers look for it, and its certificate serves. */
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Config } from '../config.ts'
import { ENTER_THE_NAME, whyUnknown } from '../public-name.ts'
import { fault, ok, reasonOf, warning, type Finding } from './finding.ts'
import { checkHttps } from './https.ts'

const DEADLINE_MS = 5_000

/** @param runs whether a server runs on the data folder */
export async function checkAddresses(
  config: Config,
  runs: boolean,
  nowMs: number,
): Promise<readonly Finding[]> {
  const findings = [await checkPort(config), await checkHttps(config, nowMs)]
  if (config.publicUrl !== null) findings.push(await checkPublic(config.publicUrl, runs))
  const proxies = checkProxies(config)
  return proxies ? [...findings, proxies] : findings
}

/** null where nothing speaks of a proxy. */
function checkProxies({ trustedProxies, publicUrl, tls }: Config): Finding | null {
  if (trustedProxies.length > 0)
    return ok('address', `what ${trustedProxies.join(', ')} say of the clients behind them is believed`)
  if (tls || !publicUrl?.startsWith('https:')) return null
  return warning(
    'address',
    'the proxy that speaks https in front is not named in TRUSTED_PROXIES: all its guests share one limit of wrong tokens and orders',
    'set TRUSTED_PROXIES to its address, or to loopback or private where it is on this machine or network',
  )
}

async function checkPort({ host, port, tls }: Config): Promise<Finding> {
  const place = `${host}:${port}`
  if (port === 0) return ok('address', 'the operating system chooses a port (PORT=0)')
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return ok('address', `${place} is free`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE') {
      return fault('address', `cannot listen at ${place} (${reasonOf(error)})`, 'set HOST and PORT')
    }
    const near = /^(0\.0\.0\.0|::)$/.test(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
    if (await isUp(`${tls ? 'https' : 'http'}://${near}:${port}`))
      return ok('address', `Crypto Tracker answers at ${place}`)
    return fault(
      'address',
      `${place} is in use by another program`,
      'stop that one, or set PORT to another port',
    )
  } finally {
    server.close()
  }
}

async function checkPublic(publicUrl: string, runs: boolean): Promise<Finding> {
  const { hostname } = new URL(publicUrl)
  const why = await whyUnknown(hostname)
  if (why !== null) return fault('address', `the name ${hostname} is not known (${why})`, ENTER_THE_NAME)
  if (await isUp(publicUrl)) return ok('address', `Crypto Tracker answers at ${publicUrl}`)
  if (!runs)
    return ok('address', `${hostname} is known; whether ${publicUrl} leads here shows once the server runs`)
  return warning(
    'address',
    `${publicUrl} does not lead to this server`,
    'check the proxy in front of it, its certificate, and the firewall; from inside some networks this is normal',
  )
}

/** Whether a Crypto Tracker answers; who signed its certificate does not matter here. */
async function isUp(url: string): Promise<boolean> {
  const options = { signal: AbortSignal.timeout(DEADLINE_MS), agent: false } as const
  try {
    const sent = url.startsWith('https:')
      ? httpsRequest(`${url}/up`, { ...options, rejectUnauthorized: false })
      : httpRequest(`${url}/up`, options)
    sent.end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return (await text(response)) === '{"status":"up"}'
  } catch {
    return false
  }
}
