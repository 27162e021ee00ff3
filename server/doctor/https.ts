/** Whether the certificates serve: the files of the environment, and those of the phones of this network. */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Config } from '../config.ts'
import { DAY_MS } from '../../core/time/interval.ts'
import { namesIn, permitted } from '../phones/authority.ts'
import { isTurnedOn, look, readWishes, withWishes } from '../phones/keep.ts'
import { namesOf, thisMachine, type Machine } from '../phones/machine.ts'
import { loadTls } from '../tls.ts'
import { fault, ok, reasonOf, warning, type Finding } from './finding.ts'

const RENEW_WITHIN_MS = 14 * DAY_MS

export async function checkHttps(
  config: Config,
  nowMs: number,
  machine: Machine = thisMachine(),
): Promise<Finding> {
  if (config.tls) return checkFiles(config, nowMs)
  if (isTurnedOn(config.dataDir)) return checkPhones(config.dataDir, nowMs, machine)
  if (/^(localhost|127\.|::1)/.test(config.host)) return ok('address', 'plain http, for this machine alone')
  return warning(
    'address',
    'plain http for other machines: their browsers install no app and work while online only',
    'run "crypto-tracker phone", or see docs/deploy.md for the other ways to https',
  )
}

function checkFiles({ tls, publicUrl }: Config, nowMs: number): Finding {
  try {
    const { cert, validToMs } = loadTls(tls!, nowMs)
    const said = `the certificate in ${tls!.cert} is for ${listed(cert)}, valid until ${day(validToMs)}`
    const host = publicUrl && new URL(publicUrl).hostname.replace(/^\[|\]$/g, '')
    const own = new X509Certificate(cert)
    if (host && !(isIP(host) ? own.checkIP(host) : own.checkHost(host)))
      return fault(
        'address',
        `${said}, and not for ${host}`,
        'set PUBLIC_URL to a name in it, or get another',
      )
    if (validToMs - nowMs > RENEW_WITHIN_MS) return ok('address', said)
    return warning('address', said, 'renew it, then start the server again')
  } catch (error) {
    return fault('address', reasonOf(error), 'the server does not start before that is mended')
  }
}

async function checkPhones(dataDir: string, nowMs: number, machine: Machine): Promise<Finding> {
  try {
    const { names } = await readWishes(dataDir)
    const kept = await look(dataDir)
    if (!kept) return warning('address', 'https for phones has no certificate yet', 'start the server')
    const { authority, certificate } = kept
    const [ownEnd, end] = [endOf(authority.cert), endOf(certificate.cert)]
    const said = `the certificate for phones is for ${listed(certificate.cert)}, valid until ${day(end)}, its authority until ${day(ownEnd)}`
    if (ownEnd < nowMs)
      return fault('address', said, 'run "crypto-tracker phone --new"; the phones have to trust the new one')
    if (end < nowMs) return fault('address', said, 'start the server: it makes another')
    const wanted = withWishes(namesOf(machine), names)
    const able = permitted(authority.cert, wanted)
    const inIt = namesIn(certificate.cert)
    const missing = [...able.hosts, ...able.addresses].filter((name) => !holds(inIt, name))
    if (missing.length > 0)
      return warning(
        'address',
        `${said}; ${missing.join(', ')} is not in it`,
        'start the server: it makes another',
      )
    const barred = wanted.addresses.filter((address) => !able.addresses.includes(address))
    if (barred.length > 0)
      return warning(
        'address',
        `${said}; its authority may not sign for ${barred.join(', ')}`,
        'if phones need that address: "crypto-tracker phone --new"; they have to trust the new authority',
      )
    return ok('address', `${said}; all addresses of this machine are in it`)
  } catch (error) {
    return fault('address', reasonOf(error), 'nothing else stops for that, but phones have no https')
  }
}

const holds = ({ hosts, addresses }: ReturnType<typeof namesIn>, name: string): boolean =>
  hosts.includes(name) || addresses.includes(name)

function listed(cert: string): string {
  const { hosts, addresses } = namesIn(cert)
  return [...hosts, ...addresses].join(', ') || 'no name at all'
}

const endOf = (cert: string): number => Date.parse(new X509Certificate(cert).validTo)
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
