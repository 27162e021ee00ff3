import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'
import svelteConfig from './svelte.config.js'

/** Type-aware rules for all TypeScript; which folder may call which is .dependency-cruiser.cjs. */
export default ts.config(
  { ignores: ['build', '.svelte-kit', 'data', 'data-demo', 'drizzle', 'bench/node_modules', 'web/locales'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.es2025 } },
    rules: {
      // Typed-array loops and checked indexes: `!` marks an index that the loop's own bound has proved.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['core/**/*.ts', 'server/**/*.ts', 'simulator/**/*.ts'],
    ignores: ['**/*.test.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json' } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['web/**/*.svelte', 'web/**/*.svelte.ts'],
    languageOptions: {
      globals: { ...globals.browser },
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
    rules: {
      // Props are taken apart in one statement, and one that is bound makes it a `let`.
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { destructuring: 'all', excludedRunes: ['$props', '$derived'] }],
      // Addresses are plain paths of this one origin; there is no base path to resolve.
      'svelte/no-navigation-without-resolve': 'off',
    },
  },
  // Programs that people start talk to the terminal.
  {
    files: [
      'server/run.mjs',
      'server/dev.mjs',
      'server/alive.mjs',
      'docker/**',
      'server/cli/**',
      'simulator/**',
      'tests/run/**',
      'tests/containers/*.mjs',
      'bench/**',
      'server/main.ts',
      'tests/fuzz/main.ts',
      'tests/simulation/{main,each-fault}.ts',
    ],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off' },
  },
)
