/** What the archive knows of an absent place, and how that reads on the wire. */
import { State, type StateCode } from '../../core/candle/columns.ts'

/**
 * Why a place is absent. `unsampled`: asked for twice after settling, and nobody has sampled a price there. `empty`, `outage` and `hole` are confirmed by the source (two honest readings); which of the
 * three depends on what lies around the place, and may change with it. `silent`: the whole slice was answered with
 * nothing, again and again.
 */
export type Reason = 'empty' | 'outage' | 'hole' | 'unsampled' | 'silent' | 'refused' | 'beyond'

export interface AbsentPlace {
  /** null while the place is open: absent, not yet known why. */
  readonly reason: Reason | null
  /** Honest readings without this bucket, at least a minute apart. */
  readonly readings: number
  readonly lastReadMs: number
}

const STATE: Readonly<Record<Reason, StateCode>> = {
  empty: State.empty,
  outage: State.outage,
  hole: State.missing,
  unsampled: State.missing,
  silent: State.missing,
  refused: State.refused,
  beyond: State.beyond,
}

/** The state of an absent place as devices read it. */
export function stateOf(place: AbsentPlace | undefined): StateCode {
  return place?.reason ? STATE[place.reason] : State.missing
}

/** What a chunk says of an absent place. It keeps no reason beside plain missing, so nothing is known there. */
export function placeFromState(state: number): AbsentPlace | undefined {
  const reason = (
    {
      [State.empty]: 'empty',
      [State.outage]: 'outage',
      [State.refused]: 'refused',
      [State.beyond]: 'beyond',
    } as const
  )[state]
  return reason && { reason, readings: 2, lastReadMs: 0 }
}

/** Whether the source itself confirmed that it has no candle there. */
export function isConfirmed(place: AbsentPlace | undefined): boolean {
  return place?.reason === 'empty' || place?.reason === 'outage' || place?.reason === 'hole'
}

/** Whether the place is still to be asked for. A refused one is asked for once more. */
export function isOpen(place: AbsentPlace | undefined): boolean {
  return !place?.reason || (place.reason === 'refused' && place.readings < 2)
}
