/** Why an order or a question of the owner came to nothing, for people. */
import { WireError } from '../../../core/wire/error.ts'
import { t } from '../i18n/t.ts'
import { OwnerError } from './ask.ts'
import type { Words } from './told.ts'

/** What happened, for people. @throws what is no failure of server or network */
export function messageOf(error: unknown): Words {
  if (error instanceof OwnerError) return error.words
  if (error instanceof WireError)
    return {
      text: t(
        'The server’s answer cannot be read. A newer version of the app may be needed: reload the page.',
      ),
    }
  throw error
}
