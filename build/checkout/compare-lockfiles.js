/** Tells from npm's two lockfiles whether node_modules holds what package-lock.json says. */

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 *
 * @typedef {{ packages: Record<string, LockedPackage> }} Lockfile
 */

/**
 * @param {Lockfile} wanted package-lock.json
 * @param {Lockfile} installed node_modules/.package-lock.json, which npm writes last
 * @returns {boolean} true where the same packages are there; optional ones of other systems may be absent
 */
export function isSameInstall(wanted, installed) {
  const wantedPaths = Object.keys(wanted.packages).filter((path) => path !== '')
  const allThere = wantedPaths.every((path) => {
    const there = installed.packages[path]
    const asked = wanted.packages[path]
    if (there === undefined) return asked?.optional === true
    return there.version === asked?.version && there.integrity === asked?.integrity
  })
  return allThere && Object.keys(installed.packages).every((path) => wanted.packages[path] !== undefined)
}
