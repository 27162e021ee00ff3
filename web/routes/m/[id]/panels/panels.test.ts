import { describe, expect, it, test } from 'vitest'
import { moved, PANELS, readChoices } from './choices.ts'
import { daysOfWeek } from '../../../../lib/ui/week.ts'
import { cellBeside, cellUnder } from './week-drawing.ts'

describe('the choice of panels', () => {
  it('survives what another version wrote', () => {
    expect(readChoices(null)).toEqual({ order: PANELS, hidden: [], others: [], counts: 'linear' })
    expect(readChoices('{')).toEqual(readChoices(null))
    const kept = readChoices(
      '{"order":["week","gone","week","sigma"],"hidden":["kept",3],"others":["close","no","parkinson","gk-yz"],"counts":"log"}',
    )
    expect(kept).toEqual({
      order: ['week', 'sigma', 'cone', 'drawdown', 'distribution', 'realised', 'kept'],
      hidden: ['kept'],
      others: ['close', 'parkinson'],
      counts: 'log',
    })
  })

  it('moves one panel and no other, and no further than the ends', () => {
    expect(moved(PANELS, 'sigma', 2)).toEqual([
      'cone',
      'drawdown',
      'sigma',
      'distribution',
      'week',
      'realised',
      'kept',
    ])
    expect(moved(PANELS, 'kept', -9)).toEqual([
      'kept',
      'sigma',
      'cone',
      'drawdown',
      'distribution',
      'week',
      'realised',
    ])
    expect(moved(PANELS, 'kept', 1)).toEqual(PANELS)
  })
})

describe('the map of a week', () => {
  const days = daysOfWeek('en-GB')

  test('finds the cell under a pointer, and none beside the map', () => {
    // 34 px of names, 24 columns of 10 px; 7 rows of 20 px above 20 px of hours.
    const at = (x: number, y: number) => cellUnder(days, 274, 160, x, y)
    expect(at(34, 0)).toBe(24)
    expect(at(273, 139)).toBe(23)
    expect(at(20, 10)).toBeNull()
    expect(at(100, 150)).toBeNull()
  })

  test('moves from cell to cell and stops at its edges', () => {
    const mondayMidnight = 24
    expect(cellBeside(days, mondayMidnight, 'ArrowDown')).toBe(48)
    expect(cellBeside(days, mondayMidnight, 'ArrowUp')).toBe(24)
    expect(cellBeside(days, mondayMidnight, 'ArrowLeft')).toBe(24)
    expect(cellBeside(days, mondayMidnight, 'End')).toBe(47)
    expect(cellBeside(days, 6 * 24, 'ArrowDown')).toBe(0)
    expect(cellBeside(days, mondayMidnight, 'Tab')).toBeNull()
  })
})
