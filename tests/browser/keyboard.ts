/**
 * A keyboard and nothing else: keys go to whatever has the focus. At every stop it is seen that the focus shows, and that
 * nothing lies over it.
 */
import type { Locator, Page } from '@playwright/test'
import { until } from '../journey/processes.ts'

/** No screen has more stops; whoever has not come to a place by then does not come there. */
const MOST_STOPS = 120

export class Keyboard {
  readonly #page: Page

  private constructor(page: Page) {
    this.#page = page
  }

  /** Before the page is opened, so that it hears all that is not a key. */
  static async on(page: Page): Promise<Keyboard> {
    await page.addInitScript(hearPointers)
    return new Keyboard(page)
  }

  /** Keys one after another, each to what then has the focus. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key)
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text)
  }

  /**
   * From stop to stop until the place has the focus.
   *
   * @throws Error naming the stops when it never gets it, or one of them when its focus is not to be seen
   */
  async to(place: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
    const stops: string[] = []
    while (stops.length < MOST_STOPS) {
      await this.press(key)
      stops.push(await this.#look())
      if ((await place.and(this.#page.locator(':focus')).count()) > 0) return
    }
    throw new Error(`${String(place)} is not among the stops: ${stops.join(', ')}`)
  }

  /** Waits until the place has the focus, without a key. */
  async isOn(place: Locator): Promise<void> {
    const focused = place.and(this.#page.locator(':focus'))
    await until(`focus on ${String(place)}`, 10_000, async () => ((await focused.count()) > 0 ? true : null))
    await this.#look()
  }

  /** How often the page heard of a mouse, a finger or a wheel. */
  pointers(): Promise<number> {
    return this.#page.evaluate(() => Number(sessionStorage.getItem('pointers') ?? 0))
  }

  /** The name of what has the focus, once this is to be seen. */
  async #look(): Promise<string> {
    let seen: Seen = { name: '', fault: '' }
    await until('a focus that is to be seen', 3_000, async () => {
      seen = await this.#page.evaluate(lookAtFocus)
      return seen.fault === null ? true : null
    }).catch(() => {
      throw new Error(`${seen.name}: ${seen.fault ?? ''}`)
    })
    return seen.name
  }
}

interface Seen {
  readonly name: string
  /** What is wrong with it; null when nothing is. */
  readonly fault: string | null
}

/** Runs in the page. */
function hearPointers(): void {
  for (const type of ['pointerdown', 'mousedown', 'touchstart', 'wheel'])
    addEventListener(
      type,
      () => sessionStorage.setItem('pointers', String(Number(sessionStorage.getItem('pointers') ?? 0) + 1)),
      { capture: true, passive: true },
    )
}

/** Runs in the page. */
function lookAtFocus(): Seen {
  const at = document.activeElement
  if (!at || at === document.body) return { name: 'the page', fault: 'nothing has the focus' }
  const name = `${at.localName} “${at.getAttribute('aria-label') ?? at.textContent?.trim().slice(0, 40) ?? ''}”`
  const label = at.closest('label')
  const rings = (element: Element) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element)
    const isClear = outlineColor === 'transparent' || /[,/] 0\)$/.test(outlineColor)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && !isClear
  }
  // What is drawn instead of the browser's own control lies beside it, in one label.
  const ringed = [at, ...(label ? [label, ...label.children] : [])].find(rings)
  if (!ringed) return { name, fault: 'it has the focus, and no ring says so' }
  const { left, right, top, bottom } = ringed.getBoundingClientRect()
  const places = [0.08, 0.5, 0.92].flatMap((x) =>
    [0.08, 0.5, 0.92].map((y) => [left + (right - left) * x, top + (bottom - top) * y] as const),
  )
  const isOpen = places.some(([x, y]) => {
    const there = document.elementFromPoint(x, y)
    return there !== null && (ringed.contains(there) || there.contains(ringed) || label?.contains(there))
  })
  return { name, fault: isOpen ? null : 'it has the focus, and something lies over it' }
}
