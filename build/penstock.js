#!/usr/bin/env node
/** The command `penstock` of a checkout (`npm run -s penstock -- ARGS`): installs and builds where needed, then runs it. */
import './checkout/require-node.js'

const { runCommand } = await import('./checkout/progress.js')
const { prepareCheckout, runPenstock } = await import('./checkout/run-penstock.js')

await runCommand(async () => {
  await prepareCheckout()
  return runPenstock(process.argv.slice(2))
})
