/**
 * Holds the lockfiles against the policy for packages: whoever has an install script is named in `allowScripts` of
 * package.json, allowed or not, and nothing is named there that is not installed; each package has the hash of its content.
 */
import { readFileSync } from 'node:fs'

const { allowScripts } = JSON.parse(readFileSync('package.json', 'utf8'))
const faults = []
const withScripts = new Set()
for (const file of ['package-lock.json', 'bench/package-lock.json']) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'))
  const parts = Object.entries(packages).filter(([path]) => path !== '')
  for (const [path, { hasInstallScript, integrity, link, inBundle }] of parts) {
    const name = path.split('node_modules/').at(-1)
    if (!integrity && !link && !inBundle) faults.push(`${file}: ${path} has no integrity`)
    if (!hasInstallScript) continue
    withScripts.add(name)
    if (!(name in allowScripts))
      faults.push(`${file}: ${name} has an install script; name it in allowScripts of package.json`)
  }
}
for (const name of Object.keys(allowScripts))
  if (!withScripts.has(name))
    faults.push(`package.json: allowScripts names ${name}, which has no install script`)
if (faults.length > 0) console.error(faults.join('\n'))
process.exit(faults.length === 0 ? 0 : 1)
