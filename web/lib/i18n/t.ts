/**
 * Text made in code. What stands in markup and in attributes that are read is taken up by itself when the app is built; a
 * text in code is named by `t` or `plural`, whose messages the build puts into the language of the reader.
 */

/** The text in the reader's language; in tests without a build, as it stands here. */
export const t = (message: string): string => message

/**
 * The form that goes with a count; `#` in it is the count. Forms are plain text: a value beside the count goes into a `t`
 * around it.
 * @param forms English: one, then other. The build hands over those of the language,
 * @param choose with the form that a count takes there.
 */
export function plural(
  count: number,
  forms: readonly string[],
  choose: (count: number) => number = (n) => (n === 1 ? 0 : 1),
): string {
  return (forms[choose(count)] ?? forms.at(-1) ?? '').replace('#', String(count))
}
