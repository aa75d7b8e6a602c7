/** `npm run build`: out/ from the sources, where they have changed. */
import './checkout/require-node.js'

const { runCommand } = await import('./checkout/progress.js')
const { prepareCheckout } = await import('./checkout/run-penstock.js')

await runCommand(async () => {
  await prepareCheckout()
  return 0
})
