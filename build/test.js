/**
 * `npm test`: installs, gets a browser, runs every stage and ends with `N passed, N failed, N skipped`. With names of
 * stages it runs only those (`npm run check`, `npm run lint`, ...).
 */
import './checkout/require-node.js'

const { ensureInstalled } = await import('./checkout/install.js')
const { CheckoutError, runCommand, seconds } = await import('./checkout/progress.js')
const { obtainChromium } = await import('./testing/find-chromium.js')
const { obtainKafka } = await import('./testing/kafka-files.js')
const { obtainRegistry } = await import('./testing/registry-files.js')
const { runBuild, runChecks, runTests } = await import('./testing/run-stages.js')
const { chooseStages } = await import('./testing/stages.js')
const { addUp, describe, exitCode } = await import('./testing/summary.js')

/** @typedef {import('./testing/stages.js').Stage} Stage */
/** @typedef {import('./testing/summary.js').Outcome} Outcome */

const inCi = !['', '0', 'false'].includes(process.env['CI'] ?? '')

/** @type {Outcome} */
const notInstalled = { passed: 0, failed: ['installing the packages'], skipped: [] }

async function install() {
  try {
    await ensureInstalled()
    return true
  } catch (error) {
    if (!(error instanceof CheckoutError)) throw error
    process.stdout.write(error.message + '\n')
    return false
  }
}

/**
 * @param {readonly Stage[]} chosen
 * @param {readonly string[]} rest
 */
async function runStages(chosen, rest) {
  const outcomes = await runChecks(chosen.filter((stage) => stage.kind === 'checks'))
  let isBuilt = true
  for (const stage of chosen) {
    if (stage.kind === 'build') {
      const outcome = await runBuild(stage)
      isBuilt = outcome.failed.length === 0
      outcomes.push(outcome)
    } else if (stage.kind === 'tests') {
      outcomes.push(stage.needsBrowser && !isBuilt ? notRun(stage) : await runTestStage(stage, rest))
    }
  }
  return outcomes
}

/**
 * @param {Stage} stage
 * @returns {Outcome}
 */
function notRun(stage) {
  return { passed: 0, failed: [`${stage.title}: not run, because the build failed`], skipped: [] }
}

/**
 * @param {Stage} stage
 * @param {readonly string[]} rest
 * @returns {Promise<Outcome>}
 */
async function runTestStage(stage, rest) {
  const env = { PENSTOCK_NO_ELECTRON: '1' }
  if (stage.needsKafka === true) return runKafkaStage(stage, rest, env)
  if (stage.needsBrowser !== true) return runTests(stage, rest, env)
  const { file, reason } = await obtainChromium()
  // Playwright gives its workers FORCE_COLOR, and Node warns about every process that has NO_COLOR as well.
  if (file !== null) return runTests(stage, rest, { ...env, PENSTOCK_CHROMIUM: file, NO_COLOR: undefined })
  return missing(stage, reason)
}

/**
 * @param {Stage} stage
 * @param {readonly string[]} rest
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Outcome>}
 */
async function runKafkaStage(stage, rest, env) {
  const { files, reason } = await obtainKafka()
  if (files !== null) {
    const problem = await obtainRegistry()
    if (problem !== '') process.stdout.write(`\n== no schema registry: ${problem}\n`)
    return runTests(stage, rest, env)
  }
  process.stdout.write(`\n== ${stage.title}: NOT RUN, Kafka cannot be started here: ${reason}\n`)
  return missing(stage, reason)
}

/**
 * What a stage needs is not here: counted as skipped, and a fault where CI is set.
 * @param {Stage} stage
 * @param {string} reason
 * @returns {Outcome}
 */
function missing(stage, reason) {
  if (inCi) return { passed: 0, failed: [`${stage.title}: ${reason}`], skipped: [] }
  return { passed: 0, failed: [], skipped: [{ name: `all ${stage.title}`, reason }] }
}

await runCommand(async () => {
  const startedAt = Date.now()
  const { chosen, rest } = chooseStages(process.argv.slice(2))
  const total = addUp((await install()) ? await runStages(chosen, rest) : [notInstalled])
  process.stdout.write(`\n== all in ${seconds(Date.now() - startedAt)}\n${describe(total, inCi)}`)
  return exitCode(total, inCi)
})
