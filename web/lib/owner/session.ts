/** Signing this browser in as the owner's, and out. */
import { readSignedIn } from '../../../core/wire/read-owner.ts'
import { t } from '../i18n/t.ts'
import { askOwner, order, OwnerError, send } from './ask.ts'
import { owner } from './owner.svelte.ts'

/** Asks whether this browser is signed in. @throws OwnerError when the server cannot be asked */
export async function lookWhoseThisIs(): Promise<void> {
  owner.heard(readSignedIn(await askOwner('/owner')))
}

/** The token in a pasted one-time link, or in what was copied of it; null where there is none. */
export function tokenIn(pasted: string): string | null {
  return /(?:token=|^)([\w-]{20,100})(?:$|[\s&#])/.exec(pasted.trim())?.[1] ?? null
}

/** Signs in with a one-time link, wherever its address points: the token counts. @throws OwnerError that says why not */
export async function signIn(pasted: string): Promise<void> {
  const token = tokenIn(pasted)
  if (token === null)
    throw new OwnerError(
      t('This is no sign-in link. It ends in token= and about forty letters and digits.'),
      null,
    )
  // The answer leads to the app's first page, which is here already.
  await send(`/owner/sign-in?token=${token}`, { redirect: 'manual' })
  await lookWhoseThisIs()
  if (!owner.isSignedIn)
    throw new OwnerError(t('The browser did not keep the sign-in: allow cookies for this site.'), null)
}

/** @throws OwnerError */
export async function signOut(): Promise<void> {
  await order('POST', '/owner/sign-out')
  owner.heard(false)
}
