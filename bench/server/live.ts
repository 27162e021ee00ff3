/**
 * Ten thousand live listeners, beside bare node:http that writes the same bytes: what each costs in memory, and in CPU
 * for each event that it is told.
 */
import { once } from 'node:events'
import { compared, type Measurement } from '../measurement.ts'
import { pairedRounds, ROUNDS, type Samples } from '../paired.ts'
import { startServerProcess, type ServerProcess } from './child.ts'

const LISTENERS = 10_000
/** Of one round of prices. */
const EVENTS = 10
/** Of the greeting, and of an event. */
const LEAST_BYTES = 80
const OURS = 'our live events'
const BARE = 'bare node:http'

interface Side {
  readonly server: ServerProcess<{ port: number }>
  readonly listeners: ServerProcess<object>
  readonly bytesEach: number
}

export async function live(): Promise<Measurement[]> {
  const sides = { [OURS]: await open('live-ours.ts'), [BARE]: await open('live-bare.ts') }
  try {
    const subject = (side: Side) => () => cpuOfEvents(side)
    const samples = await pairedRounds({ [OURS]: subject(sides[OURS]), [BARE]: subject(sides[BARE]) })
    const memory: Samples<typeof OURS | typeof BARE> = {
      [OURS]: [sides[OURS].bytesEach / 1024],
      [BARE]: [sides[BARE].bytesEach / 1024],
    }
    const comparison = { name: 'live', n: LISTENERS, against: BARE } as const
    return [
      ...compared({ ...comparison, label: 'memory of a listener', unit: 'KB' }, memory),
      ...compared(
        { ...comparison, label: `CPU of an event to a listener, ${ROUNDS} rounds`, unit: 'µs' },
        samples,
      ),
    ]
  } finally {
    await Promise.all(Object.values(sides).flatMap((side) => [side.listeners.stop(), side.server.stop()]))
  }
}

async function open(file: string): Promise<Side> {
  const server = await startServerProcess<{ port: number }>(file)
  const before = await server.usage()
  const listeners = await startServerProcess<object>('listeners.ts', [
    String(server.facts.port),
    String(LISTENERS),
  ])
  await bytesHeard(listeners, LISTENERS * LEAST_BYTES)
  const after = await server.usage()
  return { server, listeners, bytesEach: (after.memoryBytes - before.memoryBytes) / LISTENERS }
}

/** Microseconds of the server's CPU for each event and listener. */
async function cpuOfEvents({ server, listeners }: Side): Promise<number> {
  const before = await server.usage()
  const heard = await bytesHeard(listeners, 0)
  server.child.send('tell')
  await bytesHeard(listeners, heard + EVENTS * LISTENERS * LEAST_BYTES)
  const after = await server.usage()
  return ((after.cpuMs - before.cpuMs) * 1000) / (EVENTS * LISTENERS)
}

/** All bytes that listeners heard since they came, once they are as many as expected and it is quiet. */
async function bytesHeard(listeners: ServerProcess<object>, expected: number): Promise<number> {
  listeners.child.send(expected)
  const [bytes] = (await once(listeners.child, 'message')) as [number]
  return bytes
}
