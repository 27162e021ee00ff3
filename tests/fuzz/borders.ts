/** All borders that are fuzzed, and how often the full run tries each. */
import type { Border } from './attack.ts'
import { chunkBorder, tailBorder } from './chunks.ts'
import { csvBorder } from './csv.ts'
import { listBorder, liveBorder, syncBorder } from './device.ts'
import { frameBorder } from './frames.ts'
import { packBorder } from './packs.ts'
import { queryBorder } from './query.ts'

interface OpenBorder extends Border {
  stop?(): Promise<void>
}

export interface Target {
  readonly open: () => OpenBorder | Promise<OpenBorder>
  readonly tries: number
}

export const TARGETS: Readonly<Record<string, Target>> = {
  chunk: { open: chunkBorder, tries: 1_000_000 },
  tail: { open: tailBorder, tries: 100_000 },
  csv: { open: csvBorder, tries: 100_000 },
  query: { open: queryBorder, tries: 100_000 },
  sync: { open: syncBorder, tries: 100_000 },
  list: { open: listBorder, tries: 100_000 },
  live: { open: liveBorder, tries: 100_000 },
  frame: { open: frameBorder, tries: 100_000 },
  pack: { open: packBorder, tries: 100_000 },
}
