/** Under which names and addresses the phones of a network reach this machine. */
import { BlockList, isIP } from 'node:net'
import { hostname, networkInterfaces, type NetworkInterfaceInfo } from 'node:os'

/** What the operating system says of this machine. */
export interface Machine {
  readonly hostname: string
  readonly interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>
}

/** The best first. */
export interface Names {
  readonly hosts: readonly string[]
  readonly addresses: readonly string[]
}

/** Address blocks of private networks: RFC 1918, RFC 6598 (also of overlay networks), RFC 4193. */
export const PRIVATE_BLOCKS = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
] as const

/** Bridges between this machine and its own containers and virtual machines: no phone is on the other side. */
const INNER = /^(docker|br-|veth|virbr|vmnet|vboxnet|cni|flannel|cali|podman|lxc|lxd)/
/** Overlay networks: reached by those phones only that are in them. */
const OVERLAY = /^(tailscale|wg|zt|tun|utun|ppp)/

export function thisMachine(): Machine {
  return { hostname: hostname(), interfaces: networkInterfaces() }
}

/**
 * Names and addresses that a phone could use. Left out are those of this machine alone (loopback), of one cable
 * (link-local), and IPv6 addresses of the internet, which change with every change of the provider's mind.
 *
 * @param only the one address at which is listened; null = at all of them
 */
export function namesOf({ hostname: name, interfaces }: Machine, only: string | null = null): Names {
  const ranked = Object.entries(interfaces)
    .filter(([device]) => !INNER.test(device))
    .flatMap(([device, list = []]) =>
      list
        .filter(({ address, internal }) => !internal && isOfNetwork(address) && (only ?? address) === address)
        .map(({ address }) => ({ address, rank: rank(device, address) })),
    )
    .sort((a, b) => a.rank - b.rank)
  return { hosts: hostsOf(name), addresses: [...new Set(ranked.map(({ address }) => address))] }
}

/** The machine's own name, and the one under which it is found without a DNS (mDNS, RFC 6762). */
function hostsOf(name: string): string[] {
  const own = name.toLowerCase().replace(/\.$/, '')
  if (!isHostName(own)) return ['localhost']
  const label = own.split('.', 1)[0]!
  return [...new Set([`${label}.local`, own, 'localhost'])]
}

/** Whether a certificate can carry it as a name: letters, digits, hyphens and dots (RFC 1123). */
export function isHostName(text: string): boolean {
  return (
    text.length <= 253 &&
    isIP(text) === 0 &&
    /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/.test(text)
  )
}

export const isPrivate = blockTest(PRIVATE_BLOCKS)
const isOwnOrNone = blockTest(['0.0.0.0/8', '127.0.0.0/8', '::/127'])
const isLinkLocal = blockTest(['169.254.0.0/16', 'fe80::/10'])

function isOfNetwork(address: string): boolean {
  if (isLinkLocal(address)) return false
  return isIP(address) === 4 || isPrivate(address)
}

/** Whether another device may reach this machine there. */
export function isNetworkAddress(text: string): boolean {
  return isIP(text) !== 0 && !isOwnOrNone(text) && !isLinkLocal(text)
}

/** A home's own networks come before overlays, IPv4 before IPv6, which routers hand out and take back more often, private before public. */
function rank(device: string, address: string): number {
  return (OVERLAY.test(device) ? 4 : 0) + (isIP(address) === 4 ? 0 : 2) + (isPrivate(address) ? 0 : 1)
}

/** @param blocks as `10.0.0.0/8` */
export function blockTest(blocks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const block of blocks) {
    const [base = '', bits] = block.split('/')
    list.addSubnet(base, Number(bits), isIP(base) === 4 ? 'ipv4' : 'ipv6')
  }
  return (address) => list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}
