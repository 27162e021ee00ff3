/** Puts the chosen look on the page's root, where app.css reads it, and the language into its text; app.html has done the same before the first paint. */
import { MediaQuery } from 'svelte/reactivity'
import { language } from '../i18n/language.ts'
import { speak } from '../i18n/speak.ts'
import { t } from '../i18n/t.ts'
import { preferences } from './preferences.svelte.ts'
import { toasts } from './toasts.svelte.ts'

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
  $effect(() => {
    // Followed here, also when another tab chooses it.
    language()
    speak().catch(() => {
      toasts.show({ text: t('The messages of this language could not be loaded. Try again with a network.') })
    })
  })
}
