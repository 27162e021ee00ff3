/** The worker's door: reads the store, decodes, computes. */
export {}
