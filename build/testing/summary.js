/** Adds up what the stages found, and decides what the whole run is worth. Pure. */

/**
 * @typedef {object} Skip
 * @property {string} name
 * @property {string} reason empty where the test gives none
 *
 * @typedef {object} Outcome of one stage, as the reporters write it
 * @property {number} passed
 * @property {string[]} failed names, or what else went wrong
 * @property {Skip[]} skipped
 * @property {string[]} [crashed] test files that Node itself ended; see node-crashes.js
 */

/** A test that a machine is not able to run gives a reason that begins with this; any other skip fails in CI. */
export const cannotRun = 'cannot run here: '

/**
 * @param {readonly Outcome[]} outcomes
 * @returns {Outcome}
 */
export function addUp(outcomes) {
  return {
    passed: outcomes.reduce((sum, outcome) => sum + outcome.passed, 0),
    failed: outcomes.flatMap((outcome) => outcome.failed),
    skipped: outcomes.flatMap((outcome) => outcome.skipped),
    crashed: outcomes.flatMap((outcome) => outcome.crashed ?? []),
  }
}

/**
 * The end of the output: failures, crashes and skips by name, and as the last line the counts.
 * @param {Outcome} total
 * @param {boolean} inCi
 * @returns {string}
 */
export function describe(total, inCi) {
  const lines = total.failed.map((name) => `FAILED   ${name}`)
  for (const file of total.crashed ?? []) lines.push(`CRASHED  ${file}: Node itself; it ran once more`)
  for (const skip of total.skipped) lines.push(`SKIPPED  ${skip.name}: ${skip.reason || 'no reason given'}`)
  const refused = refusedSkips(total)
  if (inCi && refused.length > 0) {
    lines.push(`CI is set, so a skip counts as a fault unless its reason begins with "${cannotRun}".`)
  }
  const { passed, failed, skipped } = total
  lines.push(`${String(passed)} passed, ${String(failed.length)} failed, ${String(skipped.length)} skipped`)
  return lines.join('\n') + '\n'
}

/**
 * @param {Outcome} total
 * @param {boolean} inCi
 * @returns {number} exit code
 */
export function exitCode(total, inCi) {
  return total.failed.length > 0 || (inCi && refusedSkips(total).length > 0) ? 1 : 0
}

/** @param {Outcome} total */
function refusedSkips(total) {
  return total.skipped.filter((skip) => !skip.reason.startsWith(cannotRun))
}
