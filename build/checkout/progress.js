/** One line per long piece of work, on the error stream so that the output of commands stays clean. */

/**
 * @template T
 * @param {string} what for example "Installing packages"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProgress(what, work) {
  const startedAt = Date.now()
  process.stderr.write(`${what} ... `)
  try {
    const result = await work()
    process.stderr.write(`done in ${seconds(Date.now() - startedAt)}\n`)
    return result
  } catch (error) {
    process.stderr.write('failed\n')
    throw error
  }
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`
}

/** A fault that ends the command with its message alone, without a stack. */
export class CheckoutError extends Error {}

/**
 * Runs a command's main function; ends the process with its exit code, or with 1 and the message of a CheckoutError.
 * @param {() => Promise<number>} main
 */
export async function runCommand(main) {
  try {
    process.exitCode = await main()
  } catch (error) {
    if (!(error instanceof CheckoutError)) throw error
    process.stderr.write(error.message + '\n')
    process.exitCode = 1
  }
}
