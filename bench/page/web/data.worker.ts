/** Where the app decodes, too: a worker of the page. */
import { expose } from 'comlink'
import type { PageApi } from '../api.ts'
import { decode } from './decode.ts'
import { windows } from './windows.ts'
import { readRows, readStore, removeAll, writeRows, writeStore, writeSynced } from './indexeddb.ts'

export type DataApi = Omit<PageApi, 'firstPaint' | 'panning' | 'bareGestures'>

const api: DataApi = { decode, writeStore, writeSynced, readStore, writeRows, readRows, windows, removeAll }

expose(api)
