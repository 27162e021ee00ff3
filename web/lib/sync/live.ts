/**
 * The live stream: one EventSource, open in the syncing tab only. What it tells is for the moment; the record comes by
 * sync and tail. A stream that stays silent too long is taken for dead.
 */
import { report } from '../store/report.ts'
import { State } from '../../../core/candle/columns.ts'
import type { CandleRow } from '../../../core/candle/row.ts'
import type { PricePart, VolumePart } from '../../../core/chunk/chunk.ts'
import { partsFromRows } from '../../../core/chunk/rows.ts'
import type { LiveEvents } from '../../../core/wire/api.ts'
import { readLiveEvent } from '../../../core/wire/live.ts'

interface CandleFrames {
  readonly price: PricePart
  readonly volume: VolumePart
}

export interface LiveHandlers {
  opened(): void
  price(event: LiveEvents['price']): void
  /** A closed candle as two frames of one place. */
  candle(frames: CandleFrames, revision: number): void
  revision(revision: number): void
  /** The stream ended, or was silent for too long. It is closed. */
  lost(): void
}

export interface LiveStream {
  close(): void
}

/** The part of EventSource that is used, so that tests can stand in for the network. */
export interface EventStream {
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void
  close(): void
}

/**
 * Opens the stream.
 *
 * @param silenceMs how long nothing at all may come before the stream is taken for dead
 */
export function openLive(
  connect: (url: string) => EventStream,
  silenceMs: number,
  handlers: LiveHandlers,
): LiveStream {
  const source = connect('/api/v1/live')
  let watchdog = setTimeout(end, silenceMs)

  function end(): void {
    clearTimeout(watchdog)
    source.close()
    handlers.lost()
  }
  /** Any event proves life; one that cannot be read ends the stream rather than going unnoticed. */
  function on(name: string, take: (data: string) => void): void {
    source.addEventListener(name, (event) => {
      clearTimeout(watchdog)
      watchdog = setTimeout(end, silenceMs)
      try {
        take(event.data)
      } catch (error) {
        report(`the live stream sent a "${name}" that cannot be read`, error)
        end()
      }
    })
  }

  on('open', () => handlers.opened())
  on('heartbeat', () => undefined)
  on('bye', end)
  on('price', (data) => handlers.price(readLiveEvent.price(JSON.parse(data))))
  on('candle', (data) => {
    const event = readLiveEvent.candle(JSON.parse(data))
    handlers.candle(framesOf(event), event.revision)
  })
  on('revision', (data) => handlers.revision(readLiveEvent.revision(JSON.parse(data)).revision))
  // The browser would reconnect by itself, but what was missed in between needs a sync first.
  source.addEventListener('error', end)

  return {
    close() {
      clearTimeout(watchdog)
      source.close()
    },
  }
}

function framesOf(event: LiveEvents['candle']): CandleFrames {
  const [start, open, high, low, close, volume] = event.candle
  const { samples } = event
  const row: CandleRow = {
    startMs: Date.parse(start),
    open,
    high,
    low,
    close,
    volume,
    ...(samples === undefined ? {} : { samples }),
  }
  return partsFromRows({
    market: event.market,
    interval: event.interval,
    startMs: row.startMs,
    states: Uint8Array.of(State.present),
    rows: [row],
    derived: false,
    frame: true,
  })
}
