/** The compose stack as people get it, `.env.example` copied to `.env`, with a simulated exchange in place of the real one. */
import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../journey/processes.ts'
import type { Ended, Engine } from './engine.ts'
import { ROOT } from './images.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Stack {
  /** docker-compose with these words. */
  compose(...words: readonly string[]): Promise<Ended>
  /**
   * The same, for what must succeed.
   *
   * @throws Error with all that it printed
   */
  composed(...words: readonly string[]): Promise<string>
  /** One line more of `.env`. */
  set(line: string): Promise<void>
  /** Null without an answer. `authority` is a file with the one that is trusted. */
  ask(url: string, authority?: string): Promise<Answer | null>
  /** What JSON the app answers; waits for it after a start. */
  json(path: string): Promise<unknown>
}

const EXCHANGE = 'http://exchange:9000'

/** @param since where the simulated exchange's history begins, ISO 8601 */
export async function prepareStack(
  engine: Engine,
  since: string,
  markets: readonly string[],
): Promise<Stack> {
  const folder = join(engine.folder, 'stack')
  await mkdir(folder)
  await cp(join(ROOT, 'docker'), join(folder, 'docker'), { recursive: true })
  for (const file of ['compose.yaml', '.env.example']) await copyFile(join(ROOT, file), join(folder, file))
  await copyFile(join(ROOT, '.env.example'), join(folder, '.env'))
  await writeFile(join(folder, 'compose.override.yaml'), JSON.stringify(override(since, markets)))
  const words = (rest: readonly string[]) =>
    ['docker-compose', '--project-name=stack', ...rest] as [string, ...string[]]
  const ask: Stack['ask'] = async (url, authority) => {
    const { code, printed } = await engine.run([
      process.execPath,
      join(ROOT, 'tests/containers/ask.mjs'),
      url,
      ...(authority === undefined ? [] : [authority]),
    ])
    return code === 0 ? (JSON.parse(printed) as Answer) : null
  }
  return {
    compose: (...rest) => engine.run(words(rest), { cwd: folder }),
    composed: (...rest) => engine.must(words(rest), { cwd: folder }),
    set: (line) => writeFile(join(folder, '.env'), `${line}\n`, { flag: 'a' }),
    ask,
    json: (path) =>
      until(`an answer to ${path}`, 120_000, async () => {
        const answer = await ask(`http://localhost:8000${path}`)
        return answer?.status === 200 ? (JSON.parse(answer.body) as unknown) : null
      }),
  }
}

function override(since: string, markets: readonly string[]) {
  const environment = {
    COINBASE_URL: EXCHANGE,
    COINBASE_RPS: '400',
    SAMPLE_SECONDS: '5',
    MARKETS: markets.join(','),
  }
  return {
    services: {
      app: { environment },
      api: { environment },
      ingest: { environment },
      exchange: {
        image: 'crypto-tracker',
        command: ['node', 'simulator/main.ts', '--host', '0.0.0.0', '--port', '9000', '--since', since],
        volumes: [`${join(ROOT, 'simulator')}:/app/simulator:ro`],
        networks: ['web'],
      },
    },
  }
}
