/**
 * Logos of coins: each fetched once from its source, checked, and kept in the data folder, from where this server gives it.
 * What an address or an answer says is not trusted: only hosts of the source are asked, and only pictures are kept.
 */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Clock } from './clock.ts'

interface Logo {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
}

export interface Logos {
  has(coin: string): boolean
  /** Waits a moment for one that is just being fetched; null where there is none. */
  read(coin: string): Promise<Logo | null>
  /**
   * Fetches logos that are not here, in the background; what fails is tried again after hours.
   *
   * @param find gives the addresses of the logos of some coins
   */
  want(
    coins: readonly string[],
    find: (coins: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  ): void
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>
}

export interface LogoOptions {
  readonly dataDir: string
  /** Base address of the source where it is a server of one's own; its host may give logos, too. */
  readonly ownUrl: string | null
  readonly clock: Clock
  readonly log: Logger
}

const PUBLIC_HOSTS = ['coin-images.coingecko.com', 'assets.coingecko.com']
const LARGEST_BYTES = 256 * 1024
const DEADLINE_MS = 10_000
/** Who asks for a picture holds one of his browser's few connections meanwhile. */
const WAIT_MS = 2000
const AGAIN_MS = 6 * 3_600_000
/** A coin's id is part of a file's name. */
const COIN = /^[a-z0-9][a-z0-9._-]{0,99}$/

/** Pictures that are kept, with how their bytes begin. An SVG is a document that can hold scripts, and is none of them. */
const KINDS = [
  { ending: 'png', type: 'image/png', begins: (head: Buffer) => hex(head, 0, 8) === '89504e470d0a1a0a' },
  { ending: 'jpg', type: 'image/jpeg', begins: (head: Buffer) => hex(head, 0, 3) === 'ffd8ff' },
  {
    ending: 'gif',
    type: 'image/gif',
    begins: (head: Buffer) => /^GIF8[79]a/.test(head.subarray(0, 6).toString('latin1')),
  },
  {
    ending: 'webp',
    type: 'image/webp',
    begins: (head: Buffer) =>
      hex(head, 0, 4) === hex(Buffer.from('RIFF')) && hex(head, 8, 12) === hex(Buffer.from('WEBP')),
  },
]

function hex(bytes: Buffer, from?: number, to?: number): string {
  return bytes.subarray(from, to).toString('hex')
}

/** What was given is no logo that can be kept; the message says why. */
export class LogoError extends Error {
  override readonly name = 'LogoError'
}

export async function openLogos({ dataDir, ownUrl, clock, log }: LogoOptions): Promise<Logos> {
  const folder = join(dataDir, 'logos')
  /** Names of files by coin. */
  const here = new Map<string, string>()
  for (const file of await readdir(folder).catch(() => [] as string[])) {
    const dot = file.lastIndexOf('.')
    if (KINDS.some(({ ending }) => ending === file.slice(dot + 1))) here.set(file.slice(0, dot), file)
  }
  const triedMs = new Map<string, number>()
  const underWay = new Set<Promise<void>>()
  /** By coin: only while its own picture is on the way. */
  const fetching = new Map<string, Promise<void>>()
  const closing = new AbortController()

  async function fetchAll(coins: readonly string[], find: Parameters<Logos['want']>[1]): Promise<void> {
    const addresses = await find(coins)
    for (const coin of coins) {
      const address = addresses.get(coin)
      if (address === undefined) continue
      const work = fetchOne(coin, address)
      fetching.set(coin, work)
      await work
      fetching.delete(coin)
    }
  }

  /** What fails is told in the log alone. */
  async function fetchOne(coin: string, address: string): Promise<void> {
    try {
      const { bytes, ending } = await fetchLogo(address, ownUrl, closing.signal)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const file = `${coin}.${ending}`
      await writeFile(join(folder, `.${file}`), bytes)
      await rename(join(folder, `.${file}`), join(folder, file))
      here.set(coin, file)
    } catch (error) {
      log.debug({ err: error }, `the logo of ${coin} cannot be had`)
    }
  }

  return {
    has: (coin) => here.has(coin),
    read: async (coin) => {
      const work = here.has(coin) ? undefined : fetching.get(coin)
      if (work) await Promise.race([work, setTimeout(WAIT_MS, undefined, { ref: false })])
      const file = here.get(coin)
      if (file === undefined) return null
      const bytes = new Uint8Array(await readFile(join(folder, file)))
      const kind = KINDS.find(({ ending }) => file.endsWith(`.${ending}`))!
      return { bytes, type: kind.type }
    },
    want: (coins, find) => {
      const nowMs = clock.now()
      const lacking = [...new Set(coins)].filter(
        (coin) =>
          COIN.test(coin) && !here.has(coin) && !(nowMs - (triedMs.get(coin) ?? -Infinity) < AGAIN_MS),
      )
      if (lacking.length === 0) return
      for (const coin of lacking) triedMs.set(coin, nowMs)
      const work = fetchAll(lacking, find)
        .catch((error: unknown) => log.debug({ err: error }, 'logos cannot be had'))
        .finally(() => underWay.delete(work))
      underWay.add(work)
    },
    close: async () => {
      closing.abort()
      await Promise.all(underWay)
    },
  }
}

/** @throws LogoError, and what fetch throws */
export async function fetchLogo(
  address: string,
  ownUrl: string | null,
  closing: AbortSignal,
): Promise<{ bytes: Uint8Array; ending: string }> {
  if (!isAllowed(address, ownUrl)) throw new LogoError(`${address.slice(0, 200)} is no address of the source`)
  const response = await fetch(address, {
    headers: { accept: KINDS.map(({ type }) => type).join(', ') },
    redirect: 'error',
    signal: AbortSignal.any([AbortSignal.timeout(DEADLINE_MS), closing]),
  })
  if (!response.ok) throw new LogoError(`${address} answered ${response.status}`)
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase()
  const kind = KINDS.find((one) => one.type === type)
  if (!kind)
    throw new LogoError(`${address} is of type "${type.slice(0, 40)}", which is no picture that is kept`)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of response.body ?? []) {
    length += part.byteLength
    if (length > LARGEST_BYTES) throw new LogoError(`${address} is larger than ${LARGEST_BYTES} bytes`)
    parts.push(part)
  }
  const bytes = Buffer.concat(parts)
  if (!kind.begins(bytes)) throw new LogoError(`${address} says ${type}, and its bytes do not`)
  return { bytes, ending: kind.ending }
}

/** https of the source's hosts, or the very server that stands in for it. */
function isAllowed(address: string, ownUrl: string | null): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, port, origin, username, password } = new URL(address)
  if (username !== '' || password !== '') return false
  if (ownUrl !== null && origin === new URL(ownUrl).origin) return true
  return protocol === 'https:' && port === '' && PUBLIC_HOSTS.includes(hostname)
}
