/** What the journey reads in a page, in any browser: functions that run there and know no outer names. */

/** What the σ of the panel of volatility says of itself. Runs in the page. */
export function readSigma(market: string) {
  const element = document.querySelector(`[aria-label="Volatility"] [data-sigma][data-market="${market}"]`)
  const read = (name: string) => element?.getAttribute(`data-${name}`) ?? null
  return {
    value: Number(read('value')),
    estimator: read('estimator'),
    interval: read('interval'),
    window: read('window'),
    used: read('n'),
    expected: read('expected'),
    asOf: read('as-of'),
  }
}

/** Rows that the stored minute chunks of the market hold, by the device's own manifest. Runs in the page. */
export async function countStoredMinutes(): Promise<number> {
  const names = await indexedDB.databases()
  let rows = 0
  for (const { name } of names) {
    if (!name) continue
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error ?? new Error('unreadable'))
    })
    if (database.objectStoreNames.contains('manifest') && database.objectStoreNames.contains('chunks')) {
      const all = <T>(store: string) =>
        new Promise<T[]>((resolve, reject) => {
          const request = database.transaction(store).objectStore(store).getAll()
          request.onsuccess = () => resolve(request.result as T[])
          request.onerror = () => reject(request.error ?? new Error('unreadable'))
        })
      const keys = await new Promise<IDBValidKey[]>((resolve) => {
        const request = database.transaction('chunks').objectStore('chunks').getAllKeys()
        request.onsuccess = () => resolve(request.result)
      })
      const stored = new Set(keys.map(String))
      const manifest = await all<{
        market: string
        interval: string
        part: string
        sha256: string
        rows: number
      }>('manifest')
      for (const entry of manifest)
        if (
          entry.market === 'coinbase:BTC-USD' &&
          entry.interval === '1m' &&
          entry.part === 'price' &&
          stored.has(entry.sha256)
        )
          rows += entry.rows
    }
    database.close()
  }
  return rows
}

/** Share of the first chart's pixels that are not transparent: 0 is a blank chart. Runs in the page. */
export function paintedShare(): number {
  const canvas = document.querySelector('canvas')
  const context = canvas?.getContext('2d')
  if (!canvas || !context) return 0
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  let painted = 0
  for (let index = 3; index < data.length; index += 4) if (data[index]! > 0) painted++
  return painted / (data.length / 4)
}
