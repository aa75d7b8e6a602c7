/** Which Node may start Penstock. It only installs and builds: Penstock itself runs on the Node of node_modules. */

const oldestMajor = 20

/**
 * @param {string} version as in process.versions.node
 * @param {string} file of that Node
 * @returns {string} what to tell the user, empty where this Node will do
 */
export function hostNodeProblem(version, file) {
  const major = Number(version.split('.')[0])
  if (major >= oldestMajor) return ''
  return (
    'Penstock needs Node ' +
    String(oldestMajor) +
    ' or newer; ' +
    file +
    ' is Node ' +
    version +
    '. ' +
    "Install a newer one (https://nodejs.org, or your system's packages), then run the same command again."
  )
}
