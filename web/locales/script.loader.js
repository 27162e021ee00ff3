export { catalog as getRuntime, catalog as getRuntimeRx } from '../lib/i18n/catalog.svelte.ts'
