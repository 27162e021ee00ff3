/** What keeps the sync from its work, in words for people. */
import { formatBytes } from '../../../core/format/bytes.ts'
import type { Trouble } from '../sync/trouble.ts'
import { t } from '../i18n/t.ts'

export function troubleText(trouble: Trouble): string {
  switch (trouble.why) {
    case 'refused':
      return t(`${trouble.path}: the server answered ${trouble.status}`)
    case 'another kind':
      return t(`${trouble.path}: ${trouble.type} came instead of ${trouble.wanted}; is something in between?`)
    case 'silent':
      return t(`${trouble.path}: nothing came for ${trouble.seconds} s`)
    case 'unreachable':
      return t(`${trouble.path}: the server cannot be reached`)
    case 'no JSON':
      return t(`${trouble.path}: the answer is no JSON`)
    case 'unreadable':
      return `${trouble.path}: ${trouble.message}`
    case 'no room':
      return noRoomText(trouble.neededBytes, trouble.leftBytes)
    case 'metered':
      return t('Data saver is on and this line is metered: packs wait for another line.')
    case 'another chunk':
      return t(
        `${trouble.market} ${trouble.interval} ${trouble.period}: what the server sent twice is not the chunk it named; it is asked again later.`,
      )
    case 'unexpected':
      return trouble.message
  }
}

function noRoomText(neededBytes: number, leftBytes: number | null): string {
  if (neededBytes === 0)
    return t(
      'No room for newer prices and candles. What is here stays; keep fewer minutes, or free some space.',
    )
  const [needed, given] = [formatBytes(neededBytes), formatBytes(leftBytes)]
  return leftBytes === null
    ? t(
        `No room for the rest of the packs: ${needed} more are needed. What is here stays; keep fewer minutes, or free some space.`,
      )
    : t(
        `No room for the rest of the packs: ${needed} more are needed, the browser gives ${given}. What is here stays; keep fewer minutes, or free some space.`,
      )
}
