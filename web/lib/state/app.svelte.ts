/** The state of the app as screens see it: to read and to ask, not to write. */
import { state } from './state.svelte.ts'
import type { AppState } from './types.ts'

export const app: AppState = state
