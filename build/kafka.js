/** `npm run kafka`: gets Kafka where it is not there yet, and runs a throw-away broker to try Penstock with. */
import './checkout/require-node.js'
import path from 'node:path'

const { ensureInstalled } = await import('./checkout/install.js')
const { nodeBinary } = await import('./checkout/node-binary.js')
const { CheckoutError, runCommand } = await import('./checkout/progress.js')
const { projectRoot } = await import('./checkout/project-root.js')
const { runAttached } = await import('./checkout/run-child.js')
const { obtainKafka } = await import('./testing/kafka-files.js')

await runCommand(async () => {
  await ensureInstalled()
  const { files, reason } = await obtainKafka()
  if (files === null) throw new CheckoutError(`Kafka cannot be started here: ${reason}`)
  const main = path.join(projectRoot, 'test', 'kafka', 'support', 'play.ts')
  const { code } = await runAttached(nodeBinary, [main])
  return code
})
