/** The app's image, built by its own Dockerfile on stand-ins for the public images, which are made here: no image registry is needed. */
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Engine } from './engine.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const BASE_IMAGES = { node: 'node:24-bookworm-slim', postgres: 'postgres:17-bookworm', caddy: 'caddy:2' }
/** Debian with what all stand-ins need, so that its packages are fetched once. */
const DEBIAN = 'debian-with-packages'
const PACKAGES = ['ca-certificates', 'postgresql-15', 'caddy']

export async function buildImages(engine: Engine): Promise<void> {
  await importDebian(engine)
  await Promise.all(Object.entries(BASE_IMAGES).map(([name, tag]) => buildBase(engine, name, tag)))
  await engine.must(['docker', 'build', '--network=host', '--tag=crypto-tracker', ROOT])
}

async function importDebian(engine: Engine): Promise<void> {
  const tar = join(engine.memory, 'debian.tar')
  const noCluster =
    'mkdir -p "$1/etc/postgresql-common" && echo "create_main_cluster = false" >"$1/etc/postgresql-common/createcluster.conf"'
  await engine.must(
    [
      'mmdebstrap',
      '--quiet',
      '--mode=root',
      '--variant=minbase',
      `--include=${PACKAGES.join(',')}`,
      ...['doc', 'man', 'locale'].map((kind) => `--dpkgopt=path-exclude=/usr/share/${kind}/*`),
      '--dpkgopt=force-unsafe-io',
      `--essential-hook=${noCluster}`,
      'bookworm',
      tar,
    ],
    { env: { TMPDIR: engine.memory } },
  )
  await engine.must(['docker', 'import', tar, DEBIAN])
  await engine.must(['rm', tar])
}

async function buildBase(engine: Engine, name: string, tag: string): Promise<void> {
  const context = join(engine.folder, 'base-images', name)
  await mkdir(context, { recursive: true })
  await cp(join(import.meta.dirname, 'base-images', name), context, { recursive: true })
  if (name === 'node') {
    await cp(process.execPath, join(context, 'node'))
    await cp(await findNpm(engine), join(context, 'npm'), { recursive: true })
    await cp('/etc/ssl/certs/ca-certificates.crt', join(context, 'ca-certificates.crt'))
  }
  await engine.must(['docker', 'build', '--network=host', `--tag=${tag}`, context])
}

/** The folder of the machine's npm, whole. */
async function findNpm(engine: Engine): Promise<string> {
  return (await engine.must(['sh', '-c', 'dirname "$(dirname "$(readlink -f "$(command -v npm)")")"'])).trim()
}
