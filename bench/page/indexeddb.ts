/** A year of minutes in IndexedDB, through our store and as one row a candle through Dexie: time and disk. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { compared, type Measurement } from '../measurement.ts'
import { pairedRounds } from '../paired.ts'
import { openBench, type Bench } from './open.ts'

const OURS = 'our store'
const SYNCED = 'our sync, checks included'
const ROWS = 'one row a candle, Dexie'
/** Two origins: what one has stored is not in the other's folder. */
const HOSTS = { [OURS]: 'localhost', [ROWS]: '127.0.0.1' } as const

export async function indexedDb(): Promise<Measurement[]> {
  await using bench = await openBench()
  const { year } = bench
  const disk = await measureDisk(bench)
  const ours = await bench.open(HOSTS[OURS])
  const rows = await bench.open(HOSTS[ROWS])
  const reads = { [OURS]: [] as number[], [ROWS]: [] as number[] }
  // One warm-up only: a round of the rows takes half a minute.
  const writes = await pairedRounds(
    {
      [OURS]: async () => {
        const written = await ours.ask('writeStore', year)
        reads[OURS].push(await ours.ask('readStore', year))
        await ours.ask('removeAll')
        return written
      },
      [SYNCED]: async () => {
        const written = await ours.ask('writeSynced', year)
        await ours.ask('removeAll')
        return written
      },
      [ROWS]: async () => {
        const written = await rows.ask('writeRows', year)
        reads[ROWS].push(await rows.ask('readRows', year))
        await rows.ask('removeAll')
        return written
      },
    },
    { warmUp: 1 },
  )
  const row = (label: string) => ({ name: 'indexeddb', label, n: year.rows, against: ROWS }) as const
  return [
    ...compared({ ...row('written'), unit: 'ms' }, writes),
    ...compared(
      { ...row('read'), unit: 'ms' },
      { [OURS]: reads[OURS].slice(1), [ROWS]: reads[ROWS].slice(1) },
    ),
    ...disk.map(({ subject, bytes }) => ({
      name: 'indexeddb',
      subject: `on disk: ${subject}`,
      value: bytes / 1e6,
      unit: 'MB',
      ratio_to: ROWS,
      ratio: bytes / disk.find((other) => other.subject === ROWS)!.bytes,
      n: year.rows,
    })),
  ]
}

/** Writes once, ends the browser, and looks into the profile. */
async function measureDisk({ browser, open, site, year }: Bench) {
  await (await open(HOSTS[OURS])).ask('writeStore', year)
  await (await open(HOSTS[ROWS])).ask('writeRows', year)
  await browser.context.close()
  const folder = join(browser.profile, 'Default', 'IndexedDB')
  const bytes = async (host: string) => {
    const own = (await readdir(folder)).filter((name) => name.startsWith(`http_${host}_${site.port}.`))
    const sizes = await Promise.all(own.map((name) => folderBytes(join(folder, name))))
    return sizes.reduce((sum, size) => sum + size, 0)
  }
  const measured = [
    { subject: OURS, bytes: await bytes(HOSTS[OURS]) },
    { subject: ROWS, bytes: await bytes(HOSTS[ROWS]) },
  ]
  await browser.restart({ offline: false })
  return measured
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
