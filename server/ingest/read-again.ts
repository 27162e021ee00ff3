/** Reads kept answers again as ingest reads fresh ones: closed candles only, unlikely ones marked. */
import type { AnswerAgain, ReadAgain } from '../archive/types.ts'
import { openReplay, type Replay } from '../providers/replay.ts'
import { closedBefore } from './slice.ts'
import { wildRows } from './spike.ts'

/** One replay a source, opened when it is needed. */
export function createReadAgain(): ReadAgain {
  const replays = new Map<string, Promise<Replay | null>>()
  return async (answer): Promise<AnswerAgain | null> => {
    const { source, question } = answer
    const opening = replays.get(source) ?? openReplay(source)
    replays.set(source, opening)
    const replay = await opening
    if (!replay) return null
    try {
      const checked = await replay.read(answer)
      const wild = new Set(wildRows(checked.rows).map(({ startMs }) => startMs))
      const endMs = closedBefore(question.interval, question.toMs, question.readAtMs)
      return { rows: checked.rows.filter(({ startMs }) => startMs < endMs), wild }
    } catch {
      return null // Today's parser makes nothing of it: it is counted as unreadable, and changes nothing.
    }
  }
}
