/** Whether this browser runs workers at all. */
export const hasWorkers = (): boolean => typeof Worker === 'function'
