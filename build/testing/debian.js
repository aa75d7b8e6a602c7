/** Installs packages of Debian where this machine is one and the user may. */
import { existsSync, readFileSync } from 'node:fs'
import { withProgress } from '../checkout/progress.js'
import { runCaptured } from '../checkout/run-child.js'

/**
 * @param {readonly string[]} packages
 * @returns {Promise<string | null>} why it did not work, empty where it did; null where this is not for here
 */
export async function installFromDebian(packages) {
  if (!isDebian() || process.getuid?.() !== 0) return null
  return withProgress(`Installing Debian's ${packages.join(', ')}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const update = await runCaptured('apt-get', ['update', '-qq'], { env })
    const install = await runCaptured(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', ...packages],
      { env },
    )
    if (install.code === 0) return ''
    const said = (update.code === 0 ? install : update).output.trim().split('\n').at(-1)
    return said ?? `code ${String(install.code)}`
  })
}

function isDebian() {
  const release = '/etc/os-release'
  return existsSync(release) && /^ID=debian$/m.test(readFileSync(release, 'utf8'))
}
