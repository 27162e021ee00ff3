/** The door of the worker that syncs: what it writes and hashes never holds up the screen. */
import { expose } from 'comlink'
import { Syncing } from './sync.ts'

expose(new Syncing())
