/**
 * `npm run simulate -- --seeds 1..5 [--hours 72] [--database embedded|postgres] [--json] [--verbose]`: the real ingest,
 * source and archive against the simulated exchange, in virtual time, with the faults of each seed. Exit code 1 when any
 * seed lost, invented or altered a candle, or anything else went wrong; its replay is printed.
 */
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { VirtualTime } from './virtual-time.ts'
import type { TestPostgres } from '../database/postgres.ts'
import type { SeedReport } from './seed.ts'

const USAGE =
  'npm run simulate -- --seeds 1..5 [--hours 72] [--database embedded|postgres] [--json] [--verbose]'
/** In memory where there is such a folder: what a power cut leaves is not what is tried here. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

interface Flags {
  readonly first: number
  readonly last: number
  readonly hours: number
  readonly isPostgres: boolean
  readonly isJson: boolean
  readonly isVerbose: boolean
}

/** @throws RangeError naming the flag, what was given and what is accepted */
function readFlags(): Flags {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1..5' },
      hours: { type: 'string', default: '72' },
      database: { type: 'string', default: 'embedded' },
      json: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
    },
  })
  const seeds = /^(\d{1,6})(?:\.\.(\d{1,6}))?$/.exec(values.seeds)
  if (!seeds)
    throw new RangeError(`--seeds ${values.seeds}: give a number, or a first and a last one, as 1..200`)
  const hours = Number(values.hours)
  if (!(hours >= 1 && hours <= 1000))
    throw new RangeError(`--hours ${values.hours}: give a number from 1 to 1000`)
  if (values.database !== 'embedded' && values.database !== 'postgres')
    throw new RangeError(`--database ${values.database}: give embedded or postgres`)
  const first = Number(seeds[1])
  return {
    first,
    last: Number(seeds[2] ?? first),
    hours,
    isPostgres: values.database === 'postgres',
    isJson: values.json,
    isVerbose: values.verbose,
  }
}

function isGood({ lost, invented, altered, wrong }: SeedReport): boolean {
  return lost.length + invented.length + altered.length + wrong.length === 0
}

function tell(report: SeedReport, flags: Flags): void {
  if (flags.isJson)
    return console.log(
      JSON.stringify({ database: flags.isPostgres ? 'postgres' : 'embedded', hours: flags.hours, ...report }),
    )
  const { seed, lost, invented, altered, wrong, candles, requests, lives, crashes, wholeAfterHours } = report
  const faults = Object.values(report.faults).reduce((sum, count) => sum + count, 0)
  console.log(
    `seed ${seed}: lost ${lost.length}, invented ${invented.length}, altered ${altered.length}, otherwise wrong ${wrong.length}; ` +
      `${candles} candles, ${requests} requests, ${faults} of them answered faultily, ${lives} lives, ${crashes} kills, ` +
      `whole after ${wholeAfterHours?.toFixed(1) ?? '?'} h, ${report.machineSeconds.toFixed(0)} s`,
  )
  for (const line of [...lost.map((at) => `lost ${at}`), ...invented, ...altered, ...wrong].slice(0, 20))
    console.log(`  ${line}`)
}

/** A real PostgreSQL for the whole run, connected while time is still the machine's. */
async function startServer(): Promise<TestPostgres> {
  const { startPostgres } = await import('../database/postgres.ts')
  const server = await startPostgres()
  await server.admin('SELECT 1')
  return server
}

async function main(flags: Flags): Promise<boolean> {
  const server = flags.isPostgres ? await startServer() : null
  // Before everything else is loaded, since who has taken hold of a timer keeps it.
  const time = VirtualTime.install(Date.UTC(2026, 0))
  time.letsTimersOfNowGo = flags.isPostgres
  const { installDisk, makeTemplate, embeddedPlace } = await import('./embedded.ts')
  const disk = installDisk()
  await import('ccxt')
  const { runSeed } = await import('./seed.ts')
  const real = <T>(work: () => Promise<T>) => time.passWhile(time.real(work))
  const template = server ? null : await real(() => makeTemplate(BASE))
  const makePlace = async () => {
    if (template !== null) return embeddedPlace(BASE, template)
    const { postgresPlace } = await import('./postgres.ts')
    return postgresPlace(server!)
  }
  let isAllGood = true
  try {
    for (let seed = flags.first; seed <= flags.last; seed++) {
      const place = await real(makePlace)
      const say = flags.isVerbose ? (line: string) => console.error(line) : () => {}
      const report = await runSeed({ time, disk, place, seed, hours: flags.hours, say }).catch(
        (error: unknown) => {
          console.error(error)
          return null
        },
      )
      if (report) tell(report, flags)
      if (report && isGood(report)) continue
      isAllGood = false
      const database = flags.isPostgres ? ' --database postgres' : ''
      console.error(`replay: npm run simulate -- --seeds ${seed} --hours ${flags.hours}${database} --verbose`)
    }
  } finally {
    if (template !== null) rmSync(template, { recursive: true, force: true })
    if (server) await real(() => server.stop())
  }
  return isAllGood
}

try {
  process.exitCode = (await main(readFlags())) ? 0 : 1
} catch (error) {
  if (!(error instanceof RangeError)) throw error
  console.error(`${error.message}\n${USAGE}`)
  process.exitCode = 2
}
