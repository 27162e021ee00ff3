/** The types of `run.mjs`, which is plain JavaScript for the sake of an old Node. */
export function run(
  prepare: () => Promise<() => Promise<{ readonly lines: readonly string[]; stop(): Promise<void> }>>,
): Promise<void>
