/** The page is written once, when the app is built; no server of Kit's runs afterwards. */
import type { Handle } from '@sveltejs/kit'
import { splashLinks } from './splash.ts'

export const handle: Handle = ({ event, resolve }) =>
  resolve(event, { transformPageChunk: ({ html }) => html.replace('<!--splash-->', splashLinks) })
