/** Vitest reporter: writes what `npm test` counts into the file that PENSTOCK_SUMMARY names. */
import { writeFileSync } from 'node:fs'
import { crashedFile, fullMessage } from './node-crashes.js'

/** @typedef {import('./summary.js').Outcome} Outcome */

/** @typedef {import('vitest/node').Reporter} Reporter */

/** @implements {Reporter} */
export default class VitestSummary {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly { message: string; cause?: unknown }[]} unhandled errors outside of any test
   */
  onTestRunEnd(modules, unhandled) {
    const crashed = unhandled.flatMap((error) => crashedFile(error) ?? [])
    /** @type {Outcome} */
    const outcome = {
      passed: 0,
      failed: unhandled
        .filter((error) => crashedFile(error) === null)
        .map((error) => `unhandled error: ${fullMessage(error)}`),
      skipped: [],
      crashed,
    }
    // What such a file had found until then counts with its second run.
    for (const module of modules) if (!crashed.includes(module.moduleId)) addModule(outcome, module)
    const file = process.env['PENSTOCK_SUMMARY']
    if (file !== undefined) writeFileSync(file, JSON.stringify(outcome))
  }
}

/**
 * @param {Outcome} outcome
 * @param {import('vitest/node').TestModule} module
 */
function addModule(outcome, module) {
  const file = module.relativeModuleId
  for (const error of module.errors()) outcome.failed.push(`${file}: ${error.message}`)
  for (const suite of module.children.allSuites()) {
    for (const error of suite.errors()) outcome.failed.push(`${file} > ${suite.fullName}: ${error.message}`)
  }
  for (const test of module.children.allTests()) {
    const name = `${file} > ${test.fullName}`
    const result = test.result()
    if (result.state === 'passed') outcome.passed += 1
    else if (result.state === 'skipped') outcome.skipped.push({ name, reason: result.note ?? '' })
    else outcome.failed.push(name)
  }
}
