/** Variables that the project promises and this version does not use yet: who sets one is told, not left to wonder. */
import { isVariable } from './config.ts'

const PROMISED = ['CHUNK_STORE', 'VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY', 'VAPID_SUBJECT']

/** A sentence for people; null when nothing of the kind is set. Values are not repeated: some are secrets. */
export function unbuiltVariables(env: NodeJS.ProcessEnv): string | null {
  const isSet = (name: string) => Boolean(env[name]?.trim() || env[`${name}_FILE`]?.trim())
  const names = PROMISED.filter((name) => !isVariable(name) && isSet(name))
  if (names.length === 0) return null
  const [are, them] = names.length === 1 ? ['is', 'it'] : ['are', 'them']
  return `${names.join(', ')} ${are} set, but this version does not use ${them} yet`
}
