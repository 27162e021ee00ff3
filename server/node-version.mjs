/** Which Node this program needs. Plain JavaScript for any Node, so that an old one gets a sentence, not a syntax error. */

const NODE_NEEDED = '22.18'

/** Whether this Node runs the server's TypeScript. */
export function isNodeRecent() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 18)
}

export const NODE_TOO_OLD = `Node ${process.versions.node} is too old for Crypto Tracker: start it with "npm start" after "npm ci", which brings Node 24, or install Node ${NODE_NEEDED} or newer`
