/**
 * https for the phones of a network, beside the server's own address: a port that serves the app over https with a
 * certificate of this machine's own authority, and over plain http the page alone that tells a phone how to trust it.
 */
import { X509Certificate } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { ApiProblem } from '../api/problem.ts'
import type { Listening } from '../api/listen.ts'
import type { Headers } from '../api/security.ts'
import type { Clock } from '../clock.ts'
import { fingerprintOf, namesIn, type Pair } from './authority.ts'
import { forget, HttpsFolderError, isTurnedOn, keep, readWishes, type Kept, type Wishes } from './keep.ts'
import { isPrivate, namesOf, thisMachine, type Machine, type Names } from './machine.ts'

/** What `crypto-tracker phone` and the page tell. Plain JSON. */
export interface PhonesStatus {
  /** Where a phone begins: the page, over plain http. */
  readonly guide: string
  /** Where the app is, the best address first. */
  readonly addresses: readonly string[]
  readonly port: number
  /** SHA-256 of the authority's certificate. */
  readonly fingerprint: string
  /** PEM. */
  readonly authority: string
  readonly authorityEndsMs: number
  readonly certificateEndsMs: number
  readonly madeAuthority: boolean
  /** Names for which the authority may not sign. */
  readonly refused: readonly string[]
  /** Whether the whole internet may reach one of the addresses. */
  readonly isPublic: boolean
}

/** What the owner orders; what is left out stays as it was. */
export interface PhonesOrder {
  readonly port?: number
  readonly names?: readonly string[]
  /** Another authority. */
  readonly again?: boolean
}

export interface Phones {
  /** null while it is off, or cannot be. */
  status(): PhonesStatus | null
  /** @throws ApiProblem in one sentence where it cannot be */
  turnOn(order: PhonesOrder): Promise<PhonesStatus>
  /** The authority is gone then. */
  turnOff(): Promise<void>
  /** Why it is on and yet not served; null where all is well. */
  readonly trouble: string | null
  close(deadlineMs: number): Promise<void>
}

export interface PhonesParts {
  readonly dataDir: string
  /** Serves app and API. */
  readonly serve: (options: {
    readonly port: number
    readonly tls: Pair
    readonly plain: (request: IncomingMessage, response: ServerResponse) => boolean
  }) => Promise<Listening>
  /** The one address of this machine at which it is served; null = all. */
  readonly only: string | null
  readonly security: Headers
  readonly clock: Clock
  readonly log: Logger
  readonly machine: () => Machine
}

const DEFAULT_PORT = 8443
/** Addresses and dates change seldom. */
const LOOK_EVERY_MS = 60_000
const STOP_WITHIN_MS = 1_000

/** Serves at once where it was turned on before; a failure then is told, and tried again, but stops nothing. */
export async function openPhones({
  dataDir,
  serve,
  security,
  only,
  clock,
  log,
  machine,
}: PhonesParts): Promise<Phones> {
  let listening: Listening | null = null
  let kept: Kept | null = null
  let trouble: string | null = null
  // One change at a time, whoever asks.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work, work)
    turn = done.catch(() => {})
    return done
  }

  const stopListening = async (deadlineMs: number) => {
    const old = listening
    listening = null
    await old?.stop(deadlineMs)
  }
  const apply = async (wishes: Wishes, again: boolean): Promise<PhonesStatus> => {
    const next = await keepFor(dataDir, wishes, namesOf(machine(), only), clock.now(), again)
    if (listening && kept?.wishes.port !== wishes.port) await stopListening(STOP_WITHIN_MS)
    listening ??= await serve({ port: wishes.port, tls: next.certificate, plain: guideOnly(security) })
    if (next.certificate.cert !== kept?.certificate.cert) listening.renew(next.certificate)
    if (kept && next.madeCertificate) log.info('another certificate for the phones of this network was made')
    kept = next
    trouble = null
    return statusOf(kept, listening.port)
  }
  const look = () =>
    inTurn(async () => {
      if (!isTurnedOn(dataDir)) return
      try {
        await apply(await readWishes(dataDir), false)
      } catch (error) {
        const said = inWords(error)
        if (said !== trouble) log.warn({ err: error }, `no https for phones: ${said}`)
        trouble = said
      }
    })

  await look()
  const timer = setInterval(() => void look(), LOOK_EVERY_MS)
  timer.unref()
  return {
    status: () => (kept && listening ? statusOf(kept, listening.port) : null),
    get trouble() {
      return trouble
    },
    turnOn: (order) =>
      inTurn(async () => {
        try {
          return await apply(await wishesOf(dataDir, order), order.again ?? false)
        } catch (error) {
          throw new ApiProblem('conflict', inWords(error))
        }
      }),
    turnOff: () =>
      inTurn(async () => {
        await stopListening(STOP_WITHIN_MS)
        await forget(dataDir)
        kept = null
        trouble = null
      }),
    close: (deadlineMs) => {
      clearInterval(timer)
      return inTurn(() => stopListening(deadlineMs))
    },
  }
}

/**
 * Makes authority and certificate where no server runs; the next one that starts serves with them.
 *
 * @throws HttpsFolderError
 */
export async function prepare(dataDir: string, order: PhonesOrder): Promise<void> {
  const wishes = await wishesOf(dataDir, order)
  await keepFor(dataDir, wishes, namesOf(thisMachine()), Date.now(), order.again ?? false)
}

async function keepFor(
  dataDir: string,
  wishes: Wishes,
  names: Names,
  nowMs: number,
  again: boolean,
): Promise<Kept> {
  if (names.addresses.length === 0 && wishes.names.length === 0) {
    throw new HttpsFolderError(
      'this machine has no address in a network, so no phone can reach it: connect it, or name one with "crypto-tracker phone --address"',
    )
  }
  return keep(dataDir, wishes, names, nowMs, again)
}

/** What was asked for before, with what the order says anew. @throws HttpsFolderError */
async function wishesOf(dataDir: string, { port, names, again }: PhonesOrder): Promise<Wishes> {
  const before = isTurnedOn(dataDir) && !again ? await readWishes(dataDir) : { port: DEFAULT_PORT, names: [] }
  return { port: port ?? before.port, names: names ?? before.names }
}

function statusOf(
  { wishes, authority, certificate, refused, madeAuthority }: Kept,
  port: number,
): PhonesStatus {
  const { hosts, addresses } = namesIn(certificate.cert)
  const places = [
    ...wishes.names.filter((name) => hosts.includes(name) || addresses.includes(name)),
    ...addresses,
    ...hosts.filter((name) => name !== 'localhost'),
  ]
  const origins = [...new Set(places)].map((name) => `${name.includes(':') ? `[${name}]` : name}:${port}`)
  return {
    guide: `http://${origins[0]}/phone`,
    addresses: origins.map((origin) => `https://${origin}`),
    port,
    fingerprint: fingerprintOf(authority.cert),
    authority: authority.cert,
    authorityEndsMs: endOf(authority),
    certificateEndsMs: endOf(certificate),
    madeAuthority,
    refused,
    isPublic: addresses.some((address) => !isPrivate(address)),
  }
}

const endOf = ({ cert }: Pair): number => Date.parse(new X509Certificate(cert).validTo)

/** Over plain http there is the page that leads to https, and nothing else of the server. */
const guideOnly =
  (security: Headers) =>
  (request: IncomingMessage, response: ServerResponse): boolean => {
    if (/^\/phone([/?]|$)/.test(request.url ?? '')) return false
    const headers = { ...security, location: '/phone', 'cache-control': 'no-store', 'content-length': 0 }
    response.writeHead(302, headers).end()
    return true
  }

function inWords(error: unknown): string {
  const { code, message, port } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE')
    return `port ${port} is in use: stop what uses it, or choose another with "crypto-tracker phone --port ${(port ?? 0) + 1}"`
  if (code === 'EACCES')
    return `port ${port} is not for this user: choose one above 1023 with "crypto-tracker phone --port ${DEFAULT_PORT}"`
  return message
}
