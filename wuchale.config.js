/**
 * How the app's text finds its language: English stands in the code, is extracted at build, and is replaced by the message of
 * the reader's language. Markup and attributes that are read are taken up by themselves; text in code is named by `t` or
 * `plural`, since nothing else tells it from an identifier.
 */
import { adapter as svelte } from '@wuchale/svelte'
import { createHeuristic, defaultHeuristicOpts, defineConfig } from 'wuchale'
import { adapter as script, pluralPattern } from 'wuchale/adapter-vanilla'

const patterns = [pluralPattern, { name: 't', args: ['message'] }]
const looksLikeText = createHeuristic(defaultHeuristicOpts)
/** Attributes that are read or spoken; all others hold names and addresses. */
export const READ =
  /^(aria-(label|description|roledescription|valuetext|placeholder)|title|alt|placeholder|label|name)$/

/** @type {import('wuchale').HeuristicFunc} */
function heuristic({ ...message }) {
  const { scope, attribute, call } = message.details
  if (scope === 'script') return call === 't' || call === 'plural' ? 'message' : false
  if (scope === 'attribute' && !READ.test(attribute ?? '')) return false
  return looksLikeText(message) === 'message' ? 'message' : false
}

export default defineConfig({
  locales: ['en', 'de'],
  localesDir: 'web/locales',
  adapters: {
    markup: svelte({
      // What only developers see stays in English.
      files: { include: ['web/**/*.svelte', 'web/**/*.svelte.ts'], ignore: ['web/design/**'] },
      patterns,
      heuristic,
      loader: 'custom',
    }),
    script: script({
      files: {
        include: ['web/lib/**/*.ts', 'web/routes/**/*.ts'],
        ignore: ['**/*.svelte.ts', '**/*.test.ts', '**/*.d.ts', 'web/lib/i18n/**'],
      },
      patterns,
      heuristic,
      loader: 'custom',
    }),
  },
})
