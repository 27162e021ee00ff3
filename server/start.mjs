/** `npm start`: the server of the environment's configuration, on real exchanges unless that says otherwise. */
import { join } from 'node:path'
import { run } from './run.mjs'

await run(async () => {
  const { readConfig } = await import('./config.ts')
  const config = { ...readConfig(process.env), appDir: join(import.meta.dirname, '..', 'build') }
  const unbuilt = (await import('./unbuilt.ts')).unbuiltVariables(process.env)
  if (unbuilt) process.stderr.write(`${unbuilt}\n`)
  return async () => (await import('./main.ts')).startServer(config)
})
