/** Work that many small events ask for, done once for all of them a little later. */
import { report } from '../store/report.ts'

/** Calls `work` at most once in `pauseMs`, the last time after the last request; never twice at the same time. */
export function later(pauseMs: number, work: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null
  let running = false
  let again = false
  const run = async (): Promise<void> => {
    timer = null
    running = true
    try {
      await work()
    } catch (error) {
      report('what is on screen could not be brought up to date', error)
    }
    running = false
    if (again) ask()
  }
  function ask(): void {
    again = running
    if (!running) timer ??= setTimeout(() => void run(), pauseMs)
  }
  return ask
}
