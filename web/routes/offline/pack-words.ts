/** What is said of a pack file that was not taken. */
import { PackError, type PackFault } from '$core/pack/pack.ts'
import { t } from '$lib/i18n/t.ts'

function faultWords(fault: PackFault): string {
  switch (fault) {
    case 'no-pack':
      return t('It is no pack of Crypto Tracker: choose a file that ends in .ctpack.')
    case 'later':
      return t('A newer version of the app wrote it: update this one first.')
    case 'truncated':
      return t('It ends too early: copy it once more.')
    case 'damaged':
      return t('Its bytes are damaged: copy it once more.')
    case 'other-server':
      return t('It comes from another server than the one that this device follows.')
    case 'not-followed':
      return t('The server of this device no longer follows its market.')
  }
}

/** The file by name, and why nothing of it was taken. */
export function refusal(name: string, error: unknown): string {
  const why =
    error instanceof PackError
      ? faultWords(error.fault)
      : error instanceof Error
        ? error.message
        : String(error)
  return t(`${name} was not taken. ${why}`)
}
