/**
 * What a proxy in front of the server says of the client behind it, believed only of proxies that TRUSTED_PROXIES names:
 * anybody else may write the same headers. `Forwarded` is read of nobody, since the common proxies do not send it.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'

/** Names for networks that belong to nobody outside of this machine or house. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** A request as far as it tells who sends it. */
interface Sender {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}

export interface Proxies {
  /** Address of the client: of the connection, or what trusted proxies say of it. */
  clientOf(request: Sender): string
  /** Whether a trusted proxy says that the client came by https. */
  isHttps(request: Sender): boolean
  /** The host that a trusted proxy was asked for; null where none says so. */
  hostOf(request: Sender): string | null
  /** Whether somebody who is not trusted speaks as a proxy does. */
  isUntrusted(request: Sender): boolean
}

/** @param networks addresses, networks (`10.0.0.0/8`) and the names `loopback` and `private` */
export function createProxies(networks: readonly string[]): Proxies {
  const list = new BlockList()
  for (const network of networks.flatMap((one) => NAMED[one] ?? [one])) {
    const [address, bits] = network.split('/') as [string, string?]
    if (bits === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(bits), familyOf(address))
  }
  const isTrusted = (address: string) => isIP(address) !== 0 && list.check(address, familyOf(address))
  const peerOf = ({ socket }: Sender) => plain(socket.remoteAddress ?? '')
  /** What the nearest proxy said last. */
  const told = (request: Sender, header: 'x-forwarded-proto' | 'x-forwarded-host') =>
    isTrusted(peerOf(request)) ? (values(request.headers[header]).at(-1) ?? null) : null

  return {
    clientOf: (request) => {
      let client = peerOf(request)
      // Each proxy writes whom it heard from behind what came in, so only the end of the list can be believed.
      for (const said of values(request.headers['x-forwarded-for']).toReversed()) {
        if (!isTrusted(client)) break
        const address = plain(said)
        if (isIP(address) === 0) break
        client = address
      }
      return client
    },
    isHttps: (request) => told(request, 'x-forwarded-proto')?.toLowerCase() === 'https',
    hostOf: (request) => told(request, 'x-forwarded-host'),
    isUntrusted: (request) => request.headers['x-forwarded-for'] !== undefined && !isTrusted(peerOf(request)),
  }
}

/** Whether it is an address, a network or a name for some. */
export function isNetwork(text: string): boolean {
  if (Object.hasOwn(NAMED, text)) return true
  const [address = '', bits, ...rest] = text.split('/')
  if (isIP(address) === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv6(address) ? 128 : 32))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}

function values(header: string | string[] | undefined): string[] {
  return (header ?? '')
    .toString()
    .split(',')
    .map((value) => value.trim())
}

/** Without brackets, port and the prefix of an IPv4 address on an IPv6 socket. */
function plain(address: string): string {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare
}
