// What the build makes of the messages in `web/locales`.
declare module '*.compiled.js' {
  import type { CatalogModule } from 'wuchale/runtime'
  export const c: CatalogModule['c']
}
declare module '*/markup.proxy.js' {
  import type { CatalogModule } from 'wuchale/runtime'
  export const loadCatalog: (catalog: string, locale: string) => Promise<CatalogModule>
}
