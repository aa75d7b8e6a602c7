/** `npm run bench -- [NAME] [--json FILE]`: installs and builds where needed, then runs test/bench on Node 24. */
import './checkout/require-node.js'
import path from 'node:path'

const { nodeBinary, sourceFlags } = await import('./checkout/node-binary.js')
const { runCommand } = await import('./checkout/progress.js')
const { projectRoot } = await import('./checkout/project-root.js')
const { runAttached } = await import('./checkout/run-child.js')
const { prepareCheckout } = await import('./checkout/run-penstock.js')

await runCommand(async () => {
  await prepareCheckout()
  const main = path.join(projectRoot, 'test', 'bench', 'main.ts')
  const { code } = await runAttached(nodeBinary, [...sourceFlags, main, ...process.argv.slice(2)])
  return code
})
