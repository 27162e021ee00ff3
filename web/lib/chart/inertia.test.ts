import { expect, test } from 'vitest'
import { easeOut, glide, Track } from './inertia.ts'

/** A finger that moves evenly, a place each 8 ms. */
function drag(speed: number, forMs: number): Track {
  const track = new Track()
  for (let ms = 0; ms <= forMs; ms += 8) track.add(speed * ms, ms)
  return track
}

test('a finger that lets go while it moves throws at its own speed', () => {
  expect(drag(1.5, 200).speedAt(200)).toBeCloseTo(1.5, 9)
  expect(drag(-0.4, 200).speedAt(204)).toBeCloseTo(-0.4, 9)
})

test('a finger that rested before it lets go throws nothing', () => {
  expect(drag(1.5, 200).speedAt(400)).toBe(0)
})

test('only the end of the movement counts', () => {
  const track = drag(2, 400)
  for (let ms = 408; ms <= 600; ms += 8) track.add(800 - (ms - 400) * 0.5, ms)
  expect(track.speedAt(600)).toBeCloseTo(-0.5, 2)
})

test('a throw goes the same way in few frames or in many, and comes to rest', () => {
  const way = (frameMs: number) => {
    let [px, speed] = [0, 2]
    for (let frame = 0; frame < 10_000 / frameMs; frame++) {
      const next = glide(speed, frameMs)
      if (!next) return px
      px += next.px
      speed = next.speed
    }
    throw new Error('it never came to rest')
  }
  expect(Math.abs(way(8) / way(40) - 1)).toBeLessThan(0.01)
  expect(way(16)).toBeGreaterThan(400)
  expect(way(16)).toBeLessThan(700)
})

test('an eased movement begins at its beginning and ends at its end', () => {
  expect(easeOut(0)).toBe(0)
  expect(easeOut(1)).toBe(1)
  expect(easeOut(0.5)).toBeGreaterThan(0.5)
})
