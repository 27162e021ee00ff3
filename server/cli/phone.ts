/** `crypto-tracker phone`: https for the phones of this network, and the code that leads a phone to it. */
import { join } from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { addressOf } from '../address.ts'
import { authorityName } from '../api/guide/page.ts'
import { readConfig, type Config } from '../config.ts'
import { remoteOperations } from '../control/client.ts'
import { controlSocketPath, isListening } from '../control/socket.ts'
import { isHostName, isNetworkAddress } from '../phones/machine.ts'
import { forget } from '../phones/keep.ts'
import { prepare, type PhonesStatus } from '../phones/phones.ts'
import { ENTER_THE_NAME, whyUnknown } from '../public-name.ts'
import { print, say } from './output.ts'
import { code } from './qr.ts'

interface Options {
  readonly port?: number
  readonly address?: readonly string[]
  readonly new?: true
  readonly off?: true
}

export function addPhone(program: Command): void {
  program
    .command('phone')
    .description(
      'serve https to the phones of this network, and show the code that leads a phone there; without a running server it starts one',
    )
    .option('--port <port>', 'the port of https (default: 8443)', readPort)
    .option(
      '--address <name>',
      'a name or address of this machine that it does not know itself, in a container say; can be repeated',
      readAddress,
    )
    .option('--new', 'make another authority: every phone has to trust that one then')
    .option('--off', 'serve it no longer and forget the authority')
    .action(async (options: Options) => {
      const config = readConfig(process.env)
      const own = addressOf(config, config.port)
      if (own.startsWith('https:') && !options.off) return showOwn(own)
      const socket = controlSocketPath(config.dataDir)
      const remote = socket && (await isListening(socket)) ? remoteOperations(socket) : null
      if (options.off) {
        await (remote ? remote.phoneOff() : forget(config.dataDir))
        return say('https for phones is off; the phones may remove the authority from their settings')
      }
      const order = {
        ...(options.port === undefined ? {} : { port: options.port }),
        ...(options.address === undefined ? {} : { names: options.address }),
        ...(options.new ? { again: true } : {}),
      }
      if (remote) return show(await remote.phone(order))
      await prepare(config.dataDir, order)
      await serve(config)
    })
}

/** The server of this configuration, in this process, until it is told to end. */
async function serve(config: Config): Promise<void> {
  const { run } = await import('../run.mjs')
  await run(async () => async () => {
    const { startServer } = await import('../main.ts')
    const server = await startServer({ ...config, appDir: join(import.meta.dirname, '..', '..', 'build') })
    const shown = server.phones ? await told(server.phones) : []
    return {
      ...server,
      lines: [
        ...server.lines,
        '',
        ...shown,
        '',
        'No server was running: this one serves until Ctrl-C. One that is started later goes on serving https.',
      ],
    }
  })
}

async function show(status: PhonesStatus): Promise<void> {
  await print(`${(await told(status)).join('\n')}\n`)
}

async function told(status: PhonesStatus): Promise<readonly string[]> {
  const { guide, addresses, fingerprint, authorityEndsMs, certificateEndsMs, refused } = status
  return [
    code(guide),
    '',
    `Open with the phone's camera: ${guide}`,
    'It tells how the phone comes to trust this server. Then the app is at',
    ...addresses.map((address) => `  ${address}`),
    '',
    `Authority:   ${authorityName(status)}${status.madeAuthority ? ' (new)' : ''}, until ${day(authorityEndsMs)}`,
    `SHA-256:     ${fingerprint}`,
    `Certificate: until ${day(certificateEndsMs)}, made anew by itself`,
    ...(refused.length > 0 ? [`Not for:     ${refused.join(', ')} (another authority could: --new)`] : []),
    ...(status.isPublic
      ? ['Caution:     one of these addresses is of the internet: whoever reaches it may read the prices']
      : []),
    '',
    'Give this machine a fixed address in your router: what a phone keeps hangs on the address.',
  ]
}

/** Where https is the server's own there is nothing to make; a phone only has to find it. */
async function showOwn(address: string): Promise<void> {
  const { hostname } = new URL(address)
  const why = await whyUnknown(hostname)
  if (why !== null)
    throw new Error(
      `this server has an https address of its own, ${address}, but its name is not known (${why}): ${ENTER_THE_NAME}`,
    )
  if (hostname === 'localhost') {
    throw new Error(
      'TLS_CERT and TLS_KEY give this server its own https, at localhost as far as it knows: set PUBLIC_URL to the address that the certificate is for',
    )
  }
  await print(`${code(address)}\n\nThis server has https of its own: open ${address} on the phone\n`)
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new InvalidArgumentError('Accepted is a port from 1 to 65535.')
  return port
}

function readAddress(text: string, before: readonly string[] = []): readonly string[] {
  const name = text.toLowerCase()
  if (!isHostName(name) && !isNetworkAddress(name))
    throw new InvalidArgumentError('Accepted is a host name, or an address that phones can reach.')
  return [...before, name]
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
