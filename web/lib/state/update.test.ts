import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { State } from './state.svelte.ts'
import { watchUpdates } from './update.ts'

const register = vi.fn<() => Promise<unknown>>()
const listeners = new Map<string, (event?: object) => void>()
const skipWaiting = vi.fn()

vi.mock('$app/environment', () => ({ dev: false }))
vi.mock('workbox-window', () => ({
  Workbox: class {
    register = register
    messageSkipWaiting = skipWaiting
    addEventListener = (name: string, listener: (event?: object) => void) =>
      void listeners.set(name, listener)
  },
}))

const registration = { waiting: null as object | null, installing: null, update: vi.fn() }
const serviceWorker = { controller: null as object | null, getRegistration: async () => registration }
const reload = vi.fn()
const setConnection = vi.fn<State['setConnection']>()
const state = { setConnection } as unknown as State

beforeEach(() => {
  vi.stubGlobal('window', { isSecureContext: true, location: { reload } })
  vi.stubGlobal('location', new URL('https://tracker.example/'))
  serviceWorker.controller = {}
  vi.stubGlobal('navigator', { serviceWorker })
  registration.waiting = null
  registration.update.mockResolvedValue(undefined)
  vi.stubGlobal('document', { addEventListener: () => undefined })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.clearAllMocks()
  listeners.clear()
})

it.each([
  ['says no', () => Promise.reject(new DOMException('not here', 'SecurityError'))],
  // Workbox reads the registration that the browser did not give.
  [
    'gives nothing',
    () => Promise.reject(new TypeError("Cannot read properties of undefined (reading 'waiting')")),
  ],
  ['gives nothing, quietly', () => Promise.resolve(undefined)],
])('a browser that %s when asked for a service worker leaves an app that reloads', async (_, answer) => {
  register.mockImplementation(answer)
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const apply = await watchUpdates(state)
  await vi.waitFor(() =>
    expect(setConnection).toHaveBeenCalledWith({ notInstallable: expect.stringContaining('service worker') }),
  )
  expect(told).toHaveBeenCalledOnce()
  told.mockRestore()
  await apply()
  expect(reload).toHaveBeenCalledOnce()
})

it('a registration that never ends keeps nobody waiting', async () => {
  register.mockReturnValue(new Promise(() => undefined))
  expect(await watchUpdates(state)).toBeTypeOf('function')
})

it('a version that waits takes over when it is asked to, and then the page is loaded anew', async () => {
  register.mockResolvedValue({})
  const apply = await watchUpdates(state)
  listeners.get('waiting')!()
  expect(setConnection).toHaveBeenCalledWith({ updateReady: true })
  registration.waiting = {}
  await apply()
  expect(skipWaiting).toHaveBeenCalledOnce()
  expect(reload).not.toHaveBeenCalled()
  listeners.get('controlling')!()
  expect(reload).toHaveBeenCalledOnce()
})

it('where no version waits, the newest is asked for, and then the page is loaded anew', async () => {
  register.mockResolvedValue({})
  const apply = await watchUpdates(state)
  registration.update.mockRejectedValue(new TypeError('no network'))
  await apply()
  expect(registration.update).toHaveBeenCalledOnce()
  expect(skipWaiting).not.toHaveBeenCalled()
  expect(reload).toHaveBeenCalledOnce()
})

it('when another tab has switched to a new version, this one is told and not loaded anew', async () => {
  register.mockResolvedValue({})
  await watchUpdates(state)
  listeners.get('controlling')!({ isUpdate: true, isExternal: false })
  expect(setConnection).toHaveBeenCalledWith({ updateReady: true })
  expect(reload).not.toHaveBeenCalled()
})

it('the first version that takes the page is no news, even where another tab had installed it', async () => {
  register.mockResolvedValue({})
  serviceWorker.controller = null
  await watchUpdates(state)
  listeners.get('controlling')!({ isUpdate: false, isExternal: true })
  expect(setConnection).not.toHaveBeenCalled()
})
