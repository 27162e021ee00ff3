/** Fingers on a page, as the browser gets them from a touch screen. */
import type { CDPSession, Page } from '@playwright/test'

interface Place {
  readonly x: number
  readonly y: number
}

export class Fingers {
  readonly #session: CDPSession

  private constructor(session: CDPSession) {
    this.#session = session
  }

  static async on(page: Page): Promise<Fingers> {
    return new Fingers(await page.context().newCDPSession(page))
  }

  /** Puts fingers down; moves those that are down already. */
  async down(...places: readonly Place[]): Promise<void> {
    await this.#send('touchStart', places)
  }

  async move(...places: readonly Place[]): Promise<void> {
    await this.#send('touchMove', places)
  }

  async up(): Promise<void> {
    await this.#send('touchEnd', [])
  }

  /**
   * Each finger from its first place to its last, in steps.
   *
   * @param options.stepMs what the events say that a step took; as long as it takes where not given
   */
  async drag(
    ways: readonly (readonly [Place, Place])[],
    { steps = 10, lift = true, stepMs }: { steps?: number; lift?: boolean; stepMs?: number } = {},
  ): Promise<void> {
    const from = Date.now()
    const atStep = (step: number) => (stepMs === undefined ? undefined : (from + step * stepMs) / 1000)
    await this.#send(
      'touchStart',
      ways.map(([place]) => place),
      atStep(0),
    )
    for (let step = 1; step <= steps; step++)
      await this.#send(
        'touchMove',
        ways.map(([from, to]) => ({
          x: from.x + ((to.x - from.x) * step) / steps,
          y: from.y + ((to.y - from.y) * step) / steps,
        })),
        atStep(step),
      )
    if (lift) await this.#send('touchEnd', [], atStep(steps))
  }

  /** So many taps as fast as fingers are, whatever else the machine does: the times of the events are told, none is waited for. */
  async tap(places: readonly Place[], times = 1): Promise<void> {
    const from = Date.now() / 1000
    const sent = Array.from({ length: times }, (_, tap) => [
      this.#send('touchStart', places, from + tap * 0.12),
      this.#send('touchEnd', [], from + tap * 0.12 + 0.05),
    ])
    await Promise.all(sent.flat())
  }

  async #send(
    type: 'touchStart' | 'touchMove' | 'touchEnd',
    places: readonly Place[],
    timestamp?: number,
  ): Promise<void> {
    await this.#session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: places.map(({ x, y }, id) => ({ x, y, id })),
      ...(timestamp === undefined ? {} : { timestamp }),
    })
  }
}
