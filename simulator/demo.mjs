/** `npm run demo`: the app on the simulated exchange. */
import { run } from '../server/run.mjs'

await run(async () => {
  const { prepareDemo } = await import('./demo.ts')
  return prepareDemo(process.env)
})
