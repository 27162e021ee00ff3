/** Everything that `doctor` looks at, whether a server runs or not. It changes nothing that a start would not. */
import { systemClock } from '../clock.ts'
import { ConfigError, readConfig, type Config } from '../config.ts'
import { unbuiltVariables } from '../unbuilt.ts'
import { checkAddresses } from './addresses.ts'
import { checkBackups } from './backups.ts'
import { checkDatabase } from './database.ts'
import { checkDisk } from './disk.ts'
import { fault, ok, warning, type Finding } from './finding.ts'
import { checkProcesses } from './processes.ts'
import { serverStatus } from './server-status.ts'
import { checkSources } from './sources.ts'

export async function examine(env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const config = settings(env)
  // Nothing else can be told without them.
  if ('status' in config) return [config]
  const unbuilt = unbuiltVariables(env)
  const server = await serverStatus(config)
  return [
    unbuilt
      ? warning('settings', unbuilt, 'leave them out, or update the program')
      : ok('settings', 'all variables can be used'),
    config.adminToken === null
      ? ok('keys', 'no ADMIN_TOKEN: the admin API lets in only the owner’s signed-in browser')
      : ok('keys', 'ADMIN_TOKEN is set: scripts that send it may use the admin API'),
    await checkDatabase(config, server),
    ...(await checkDisk(config.dataDir)),
    await checkBackups(config.backups, systemClock.now()),
    ...checkProcesses(server, systemClock.now()),
    ...(await checkSources(config, server)),
    ...(await checkAddresses(config, server !== null, systemClock.now())),
  ]
}

function settings(env: NodeJS.ProcessEnv): Config | Finding {
  try {
    return readConfig(env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return fault('settings', error.message, `set ${error.variable} right, or leave it out`)
  }
}
