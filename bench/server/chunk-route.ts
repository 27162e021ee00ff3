/**
 * The route that devices ask most, beside bare node:http that serves the same bytes: whole chunks, and chunks that the
 * client has already.
 */
import { compared, type Measurement } from '../measurement.ts'
import { pairedRounds, ROUNDS } from '../paired.ts'
import { startServerProcess, type ServerProcess } from './child.ts'
import { load, loadTool, type Headers } from './load.ts'

const OURS = 'the chunk route'
const BARE = 'bare node:http'

export async function chunkRoute(): Promise<Measurement[]> {
  const ours = await startServerProcess<{ url: string; hashes: string[] }>('chunks-ours.ts')
  const { url, hashes } = ours.facts
  const bare = await startServerProcess<{ url: string }>('chunks-bare.ts', [url, ...hashes])
  try {
    const path = `/api/v1/chunks/${hashes[0]}`
    const chunk = await fetch(url + path)
    const etag = chunk.headers.get('etag')!
    const bytes = chunk.headers.get('content-length') ?? 'unknown'
    return [
      ...(await measure(`200, ${bytes} bytes, by ${loadTool}`, path, {})),
      ...(await measure(`304, by ${loadTool}`, path, { 'If-None-Match': etag })),
    ]
  } finally {
    await Promise.all([ours.stop(), bare.stop()])
  }

  async function measure(label: string, path: string, headers: Headers): Promise<Measurement[]> {
    const asked = { 'Accept-Encoding': 'gzip, deflate, br, zstd', ...headers }
    const servers = { [OURS]: ours as ServerProcess<{ url: string }>, [BARE]: bare }
    // Of each second of load, both figures: the second one does not depend on what else the machine does.
    const cpu = { [OURS]: [] as number[], [BARE]: [] as number[] }
    const subject = (name: typeof OURS | typeof BARE) => async () => {
      const { facts, usage } = servers[name]
      const before = await usage()
      const { requests, perSecond } = await load(facts.url + path, asked)
      cpu[name].push(((await usage()).cpuMs - before.cpuMs) / (requests / 1000))
      return perSecond
    }
    const perSecond = await pairedRounds({ [OURS]: subject(OURS), [BARE]: subject(BARE) })
    const comparison = { name: 'chunk-route', label, n: hashes.length, against: BARE } as const
    const counted = { [OURS]: cpu[OURS].slice(-ROUNDS), [BARE]: cpu[BARE].slice(-ROUNDS) }
    return [
      ...compared({ ...comparison, unit: 'requests/s' }, perSecond),
      ...compared({ ...comparison, unit: 'CPU ms/1000 requests' }, counted),
    ]
  }
}
