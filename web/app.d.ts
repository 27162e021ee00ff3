/** The version in package.json, put in when the app is built. */
declare const __VERSION__: string

/** News of the version that runs, put in when the app is built. */
declare const __WHATS_NEW__: readonly { readonly en: string; readonly [language: string]: string }[]
