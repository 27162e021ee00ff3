/**
 * A Docker engine for one test: in mounts, processes and a file system in memory of its own, which all end with it, so that nothing
 * is left on the machine. It has two lives: one on the machine's network, to build images, and one on a network of its own, to
 * run them there on whatever ports they want.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../journey/processes.ts'

/** Debian's own before what a machine has besides: engine and client then fit together. */
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin'
const PROGRAMS = [
  'dockerd',
  'docker',
  'docker-compose',
  'mmdebstrap',
  'iptables',
  'ip',
  'unshare',
  'nsenter',
  'setpriv',
]

export interface Ended {
  readonly code: number
  /** All that it printed, to either stream. */
  readonly printed: string
}

interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

export interface Engine {
  /** On the machine, and seen by the engine, too. */
  readonly folder: string
  /** In memory, seen by the engine and what runs beside it alone. */
  readonly memory: string
  /** Runs a command beside the engine, on its network. */
  run(command: readonly [string, ...string[]], options?: RunOptions): Promise<Ended>
  /**
   * The same, for what must succeed; gives what it printed.
   *
   * @throws Error with all of that
   */
  must(command: readonly [string, ...string[]], options?: RunOptions): Promise<string>
  /** Stops the engine and starts it on a network of its own; images stay. */
  leaveTheNetwork(): Promise<void>
  stop(): Promise<void>
}

/** What this machine lacks to run an engine; null when it has everything. */
export async function missingForEngine(): Promise<string | null> {
  if (process.platform !== 'linux') return 'Linux'
  if (process.getuid?.() !== 0) return 'root'
  const absent = PROGRAMS.find((name) => !PATH.split(':').some((folder) => isProgram(join(folder, name))))
  if (absent) return absent
  const tried = spawn('unshare', ['--mount', '--pid', '--net', '--fork', '--mount-proc', 'true'], {
    stdio: 'ignore',
  })
  const [code] = (await once(tried, 'exit')) as [number | null]
  return code === 0 ? null : 'the right to make namespaces'
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export async function startEngine(): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-containers-'))
  const memory = join(folder, 'memory')
  await mkdir(memory)
  const { guard, pid } = await openSpace(memory)
  const env = {
    PATH,
    HOME: memory,
    DOCKER_HOST: `unix://${memory}/docker.sock`,
    DOCKER_BUILDKIT: '1',
    LANG: 'C.UTF-8',
  }
  let network = String(pid)
  const enter = (command: readonly string[], { cwd = folder, env: more = {} }: RunOptions = {}) =>
    spawn(
      'nsenter',
      [`--target=${pid}`, '--mount', '--pid', `--net=/proc/${network}/ns/net`, ...inFolder(cwd, command)],
      { env: { ...env, ...more }, stdio: 'pipe' },
    )
  const run: Engine['run'] = async (command, options = {}) => {
    const child = enter(command, options)
    child.stdin.end(options.input ?? '')
    return ended(child)
  }
  const must: Engine['must'] = async (command, options) => {
    const { code, printed } = await run(command, options)
    if (code !== 0) throw new Error(`${command.join(' ')} ended with code ${code}:\n${printed.slice(-4000)}`)
    return printed
  }
  const start = async (words: readonly string[]) => {
    const daemon = enter(words)
    const said = ended(daemon)
    const late = said.then(({ printed }) => {
      throw new Error(`the engine ended: ${printed.slice(-2000)}`)
    })
    late.catch(() => {})
    const answers = until('an answer of the engine', 60_000, async () =>
      (await run(['docker', 'version'])).code === 0 ? true : null,
    )
    await Promise.race([answers, late])
    return { daemon, said }
  }
  const stopSpace = async () => {
    process.kill(pid, 'SIGKILL')
    await once(guard, 'exit')
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const builder = await start([...dockerd(memory, 'build'), ...WITHOUT_NETWORKS])
    return {
      folder,
      memory,
      run,
      must,
      leaveTheNetwork: async () => {
        await must(['sh', '-c', 'kill "$(cat "$1")"', 'sh', join(memory, 'build.pid')])
        await builder.said
        const words = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...dockerd(memory, 'run')]
        const { daemon } = await start(['unshare', '--net', ...words])
        network = String(childOf(daemon.pid!) ?? daemon.pid)
      },
      stop: stopSpace,
    }
  } catch (error) {
    await stopSpace()
    throw error
  }
}

/** Its processes end with `guard`, and `guard` with this process. */
async function openSpace(memory: string): Promise<{ guard: ChildProcess; pid: number }> {
  const script = 'mount -t tmpfs -o size=10g tmpfs "$1" && echo open && exec sleep infinity'
  const words = [
    'unshare',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    'sh',
    '-c',
    script,
    'sh',
    memory,
  ]
  const guard = spawn('setpriv', ['--pdeathsig', 'KILL', ...words], {
    env: { PATH },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const failed = once(guard, 'exit').then(() => {
    throw new Error(
      'no mounts and processes of their own can be had: run unshare --mount --pid --fork --mount-proc true',
    )
  })
  failed.catch(() => {})
  await Promise.race([once(guard.stdout, 'data'), failed])
  return { guard, pid: childOf(guard.pid!)! }
}

function childOf(pid: number): number | null {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
  return child ? Number(child) : null
}

const inFolder = (folder: string, command: readonly string[]) => [
  'sh',
  '-c',
  'cd "$0" && exec "$@"',
  folder,
  ...command,
]

/** @param life its sockets and mounts lie in a folder of this name: a new engine does not start on those of an old one */
function dockerd(memory: string, life: string): readonly string[] {
  return [
    'dockerd',
    `--data-root=${memory}/data`,
    `--exec-root=${memory}/${life}`,
    `--pidfile=${memory}/${life}.pid`,
    `--host=unix://${memory}/docker.sock`,
    '--storage-driver=overlay2',
    // Inside some sandboxes the engine may not raise its own limits.
    '--default-ulimit=nofile=4096:4096',
    '--default-ulimit=nproc=8192:8192',
  ]
}

/** The machine's network is left as it is. */
const WITHOUT_NETWORKS = ['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false']

async function ended(child: ChildProcess): Promise<Ended> {
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part: Buffer) => (printed += part.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code: code ?? -1, printed }
}
