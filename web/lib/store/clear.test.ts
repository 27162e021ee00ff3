import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { newStore } from '../sync/test-device.ts'
import { clearDevice } from './clear.ts'

class Kept {
  readonly preferences = '{"zone":"utc"}'
  readonly panels = '{}'
  readonly 'crypto-tracker:arrangement' = '{}'
  readonly 'crypto-tracker:install-dismissed' = '1'
  readonly 'crypto-tracker:snapshot:4' = '{}'
  readonly 'crypto-tracker:visits' = '{}'
  readonly 'crypto-tracker:admin:1' = '{}'
  removeItem(key: keyof this): void {
    Reflect.deleteProperty(this, key)
  }
}

beforeEach(() => vi.stubGlobal('localStorage', new Kept()))
afterEach(() => vi.unstubAllGlobals())

it('what people have chosen stays when a device is cleared, all of it', async () => {
  await clearDevice(await newStore(), false)
  expect(Object.keys(localStorage)).toEqual([
    'preferences',
    'panels',
    'crypto-tracker:arrangement',
    'crypto-tracker:install-dismissed',
  ])
})

it('choices go, too, when that is asked', async () => {
  await clearDevice(await newStore(), true)
  expect(Object.keys(localStorage)).toEqual([])
})
