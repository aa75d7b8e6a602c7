/** `npm start`: from a fresh clone to the demo in the console. Installs, builds, fetches Electron where it can, opens. */
import './checkout/require-node.js'

const { runCommand } = await import('./checkout/progress.js')
const { prepareCheckout, runPenstock } = await import('./checkout/run-penstock.js')
const { fetchElectron } = await import('./fetch-electron.js')

await runCommand(async () => {
  await prepareCheckout()
  await fetchElectron()
  return runPenstock(['open', '--demo', ...process.argv.slice(2)])
})
