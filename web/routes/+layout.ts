/** A single page that runs on the device: nothing is rendered on the server. */
export const ssr = false
export const prerender = false
