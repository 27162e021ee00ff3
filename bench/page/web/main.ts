/** The page: hands questions to the worker that measures data, and measures charts itself. */
import { wrap } from 'comlink'
import type { PageApi } from '../api.ts'
import type { DataApi } from './data.worker.ts'
import { firstPaint } from './first-paint.ts'
import { bareGestures } from './bare-gestures.ts'
import { panning } from './panning.ts'

const data = wrap<DataApi>(new Worker(new URL('./data.worker.ts', import.meta.url), { type: 'module' }))

const bench: PageApi = {
  decode: (year) => data.decode(year),
  writeStore: (year) => data.writeStore(year),
  writeSynced: (year) => data.writeSynced(year),
  readStore: (year) => data.readStore(year),
  writeRows: (year) => data.writeRows(year),
  readRows: (year) => data.readRows(year),
  windows: (year) => data.windows(year),
  removeAll: () => data.removeAll(),
  firstPaint,
  panning,
  bareGestures,
}

Object.assign(globalThis, { bench })
