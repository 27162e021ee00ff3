/** Hands a file out of the app: to another one, to the disk, or to the clipboard. */

/** Whether the system takes files of this kind. */
export function canShare(file: File): boolean {
  return navigator.canShare?.({ files: [file] }) ?? false
}

/**
 * @returns false when somebody thought better of it
 * @throws DOMException when the system refuses
 */
export async function shareFile(file: File): Promise<boolean> {
  try {
    await navigator.share({ files: [file], title: file.name })
    return true
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return false
    throw error
  }
}

export function saveFile(file: File): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = file.name
  link.click()
  // Browsers read the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** Whether the clipboard takes a picture here; over plain http it takes nothing. */
export function canCopy(): boolean {
  return typeof ClipboardItem !== 'undefined' && navigator.clipboard !== undefined
}

/** @throws DOMException when the browser refuses */
export async function copyFile(file: File): Promise<void> {
  if (file.type === 'text/csv') return navigator.clipboard.writeText(await file.text())
  await navigator.clipboard.write([new ClipboardItem({ [file.type]: file })])
}

/** `coinbase_BTC-USD_1h_2023-03-01_2024-03-01.csv`: market, what, span. */
export function fileName(
  market: string,
  what: string,
  span: { readonly fromMs: number; readonly toMs: number },
  ending: string,
): string {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T00:00', '').replace(':', '')
  return `${[market, what, day(span.fromMs), day(span.toMs)].join('_').replace(/[^\w.-]+/g, '_')}.${ending}`
}
