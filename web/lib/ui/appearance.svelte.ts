/** Puts the chosen look on the page's root, where app.css reads it; app.html has done the same before the first paint. */
import { MediaQuery } from 'svelte/reactivity'
import { preferences } from './preferences.svelte.ts'

/** Follows the choices and the system. Call while the shell is being set up. */
export function followAppearance(): void {
  const systemDark = new MediaQuery('(prefers-color-scheme: dark)')
  $effect.pre(() => {
    const { theme, palette, density, motion } = preferences.current
    const root = document.documentElement
    const isDark = theme === 'dark' || (theme === 'system' && systemDark.current)
    Object.assign(root.dataset, { theme: isDark ? 'dark' : 'light', palette, density, motion })
    const bar = document.querySelector<HTMLMetaElement>('meta[name=theme-color]')
    if (bar) bar.content = getComputedStyle(root).getPropertyValue('--ground').trim()
  })
}
