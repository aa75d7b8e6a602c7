/** Runs the stages of `npm test`: checks two commands at a time, tests one after the other with their output shown. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ensureBuilt } from '../checkout/build-console.js'
import { nodeBinary, toolEnvironment } from '../checkout/node-binary.js'
import { CheckoutError, seconds } from '../checkout/progress.js'
import { projectRoot } from '../checkout/project-root.js'
import { runCaptured } from '../checkout/run-child.js'

/** @typedef {import('./stages.js').Stage} Stage */
/** @typedef {import('./summary.js').Outcome} Outcome */

/** Commands of checks that run at once. */
const parallel = 2
/** Where Node keeps what it has compiled, types stripped, for all processes and threads that begin with the same modules. */
const compileCache = path.join(projectRoot, 'node_modules', '.cache', 'node')

/**
 * Runs the commands of all the given stages side by side and tells of each stage in order.
 * @param {readonly Stage[]} stages of kind checks
 * @returns {Promise<Outcome[]>}
 */
export async function runChecks(stages) {
  const limited = limiter(parallel)
  const started = stages.map((stage) => ({
    stage,
    ends: Promise.all(stage.commands().map((args) => limited(() => runTool(args, stage.limitMs, {})))),
  }))
  /** @type {Outcome[]} */
  const outcomes = []
  for (const { stage, ends } of started) {
    const results = await ends
    const failures = results.filter((result) => result.code !== 0)
    const worked = results.reduce((sum, result) => sum + result.ms, 0)
    tell(`${stage.title}: ${failures.length === 0 ? 'passed' : 'FAILED'}, ${seconds(worked)} of work`)
    for (const failure of failures) {
      process.stdout.write(`${failure.output.trim()}\n`)
      if (failure.timedOut)
        process.stdout.write(`ended, as it was not done after ${seconds(stage.limitMs)}\n`)
    }
    outcomes.push(asOutcome(stage, failures.length === 0))
  }
  return outcomes
}

/**
 * @param {Stage} stage of kind build
 * @returns {Promise<Outcome>}
 */
export async function runBuild(stage) {
  const startedAt = Date.now()
  try {
    await ensureBuilt()
    tell(`${stage.title}: passed in ${seconds(Date.now() - startedAt)}`)
    return asOutcome(stage, true)
  } catch (error) {
    if (!(error instanceof CheckoutError)) throw error
    tell(`${stage.title}: FAILED`)
    process.stdout.write(error.message + '\n')
    return asOutcome(stage, false)
  }
}

/**
 * @param {Stage} stage of kind tests
 * @param {readonly string[]} rest arguments for its runner
 * @param {NodeJS.ProcessEnv} env to add
 * @returns {Promise<Outcome>}
 */
export async function runTests(stage, rest, env) {
  tell(stage.title)
  const startedAt = Date.now()
  const outcome = await runOnce(stage, rest, env)
  const { crashed = [] } = outcome
  if (crashed.length > 0) {
    outcome.crashed = crashed.map((file) => path.relative(projectRoot, file))
    tell(`Node itself crashed in ${outcome.crashed.join(', ')}; run once more`)
    const again = await runOnce(stage, [...rest, ...crashed], env)
    outcome.passed += again.passed
    outcome.failed.push(
      ...again.failed,
      ...(again.crashed ?? []).map((file) => `${file}: Node crashed again`),
    )
    outcome.skipped.push(...again.skipped)
  }
  const ms = Date.now() - startedAt
  tell(`${stage.title}: ${outcome.failed.length === 0 ? 'passed' : 'FAILED'} in ${seconds(ms)}`)
  return outcome
}

/**
 * @param {Stage} stage of kind tests
 * @param {readonly string[]} rest arguments for its runner
 * @param {NodeJS.ProcessEnv} env to add
 * @returns {Promise<Outcome>}
 */
async function runOnce(stage, rest, env) {
  const summaryFile = path.join(projectRoot, 'test-results', `${stage.name}-summary.json`)
  mkdirSync(path.dirname(summaryFile), { recursive: true })
  rmSync(summaryFile, { force: true })
  const [args = []] = stage.commands()
  const run = await runTool(
    [...args, ...rest],
    stage.limitMs,
    { ...env, PENSTOCK_SUMMARY: summaryFile },
    true,
  )
  const outcome = readOutcome(summaryFile)
  if (run.timedOut) outcome.failed.push(`${stage.title}: not done after ${seconds(stage.limitMs)}`)
  else if (run.code !== 0 && outcome.failed.length === 0 && (outcome.crashed ?? []).length === 0) {
    outcome.failed.push(`${stage.title}: the runner ended with code ${String(run.code)}`)
  }
  return outcome
}

/** @param {string} heading */
function tell(heading) {
  process.stdout.write(`\n== ${heading}\n`)
}

/**
 * @param {Stage} stage
 * @param {boolean} isPassed
 * @returns {Outcome}
 */
function asOutcome(stage, isPassed) {
  return { passed: isPassed ? 1 : 0, failed: isPassed ? [] : [stage.title], skipped: [] }
}

/**
 * @param {string} file that the reporter writes when its runner comes to its end
 * @returns {Outcome}
 */
function readOutcome(file) {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  return {
    passed: 0,
    failed: [`no results in ${path.relative(projectRoot, file)}: its runner crashed`],
    skipped: [],
  }
}

/**
 * @param {readonly string[]} args for Node 24
 * @param {number} limitMs
 * @param {NodeJS.ProcessEnv} env to add
 * @param {boolean} [show]
 */
async function runTool(args, limitMs, env, show = false) {
  const startedAt = Date.now()
  const allEnv = { ...toolEnvironment(), NODE_COMPILE_CACHE: compileCache, ...env }
  const end = await runCaptured(nodeBinary, args, { cwd: projectRoot, env: allEnv, limitMs, show })
  return { ...end, ms: Date.now() - startedAt }
}

/**
 * @param {number} most
 * @returns {<T>(work: () => Promise<T>) => Promise<T>} runs at most so many at once, in order
 */
function limiter(most) {
  let running = 0
  /** @type {(() => void)[]} */
  const waiting = []
  return async (work) => {
    if (running >= most) {
      await new Promise((/** @type {(value: void) => void} */ resolve) => {
        waiting.push(resolve)
      })
    }
    running += 1
    try {
      return await work()
    } finally {
      running -= 1
      waiting.shift()?.()
    }
  }
}
