/** Playwright reporter: writes what `npm test` counts into the file that PENSTOCK_SUMMARY names. */
import { writeFileSync } from 'node:fs'

/** @typedef {import('./summary.js').Outcome} Outcome */

/** @typedef {import('@playwright/test/reporter').Reporter} Reporter */

/** @implements {Reporter} */
export default class PlaywrightSummary {
  /** @type {string[]} */
  #errors = []
  /** @type {import('@playwright/test/reporter').Suite | null} */
  #root = null

  /**
   * @param {import('@playwright/test/reporter').FullConfig} _config
   * @param {import('@playwright/test/reporter').Suite} suite
   */
  onBegin(_config, suite) {
    this.#root = suite
  }

  /** @param {import('@playwright/test/reporter').TestError} error outside of any test */
  onError(error) {
    this.#errors.push(`error outside of the tests: ${error.message ?? String(error.value)}`)
  }

  onEnd() {
    /** @type {Outcome} */
    const outcome = { passed: 0, failed: [...this.#errors], skipped: [] }
    for (const test of this.#root?.allTests() ?? []) {
      const name = test.titlePath().filter(Boolean).join(' > ')
      const state = test.outcome()
      if (state === 'expected') outcome.passed += 1
      else if (state === 'skipped') outcome.skipped.push({ name, reason: skipReason(test) })
      else outcome.failed.push(name)
    }
    const file = process.env['PENSTOCK_SUMMARY']
    if (file !== undefined) writeFileSync(file, JSON.stringify(outcome))
  }
}

/** @param {import('@playwright/test/reporter').TestCase} test */
function skipReason(test) {
  const annotations = [...test.annotations, ...test.results.flatMap((result) => result.annotations)]
  return annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? ''
}
