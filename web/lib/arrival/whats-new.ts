/** What a version brings to whoever uses the app, taken out of the changelog when the app is built. */

/** One entry by language; English is always there. */
export interface News {
  readonly en: string
  readonly [language: string]: string
}

/** Entries of the newest section that are told to people: those that begin so. */
const FOR_PEOPLE = /^- App: /

/**
 * The entries of a changelog's newest section (Keep a Changelog) that begin with `App:`. Another language stands behind an
 * entry as a comment: `<!-- de: … -->`.
 */
export function newsOf(changelog: string): readonly News[] {
  const newest = changelog.split(/^## /m)[1] ?? ''
  return newest
    .split(/^(?=- )/m)
    .filter((entry) => FOR_PEOPLE.test(entry))
    .map((entry) => {
      const own = entry.split(/^#/m)[0]!.replace(FOR_PEOPLE, '')
      const others = [...own.matchAll(/<!--\s*([a-z]{2}):\s*([\s\S]*?)\s*-->/g)].map(
        ([, language, text]) => [language!, plain(text!)] as const,
      )
      return { ...Object.fromEntries(others), en: plain(own.replace(/<!--[\s\S]*?-->/g, '')) }
    })
}

/** What a server tells of its version; null where it is no list of news. */
export function readNews(json: unknown): readonly News[] | null {
  if (!Array.isArray(json)) return null
  const isNews = (entry: unknown): entry is News =>
    typeof entry === 'object' &&
    entry !== null &&
    Object.values(entry).every((text) => typeof text === 'string') &&
    'en' in entry
  return json.every(isNews) ? json : null
}

/** What the newer version has and this one has not, in a language where it is given. */
export function newsBetween(
  own: readonly News[],
  newer: readonly News[],
  language: string,
): readonly string[] {
  const known = new Set(own.map(({ en }) => en))
  return newer.filter(({ en }) => !known.has(en)).map((news) => news[language] ?? news.en)
}

/** One line, as text: first letter large, without the marks of Markdown. */
function plain(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(/[`*]/g, '').trim()
  return line.charAt(0).toUpperCase() + line.slice(1)
}
