/**
 * `npm run dev [-- WORKSPACE]`: the Electron window with hot reload where Electron is there; else the local server straight
 * from the TypeScript sources, restarted when they change, with the console rebuilt as it changes.
 */
import './checkout/require-node.js'
import path from 'node:path'

const { nodeBinary, sourceFlags, toolEnvironment, toolScript } = await import('./checkout/node-binary.js')
const { runCommand } = await import('./checkout/progress.js')
const { projectRoot } = await import('./checkout/project-root.js')
const { runAttached, runCaptured } = await import('./checkout/run-child.js')
const { callerFolder, prepareCheckout } = await import('./checkout/run-penstock.js')
const { fetchElectron, isElectronThere } = await import('./fetch-electron.js')

const options = { cwd: projectRoot, env: toolEnvironment(), show: true }

async function developInWindow() {
  const { code } = await runAttached(nodeBinary, [toolScript('electron-vite'), 'dev'], options)
  return code
}

async function developInBrowser() {
  const command = path.join(projectRoot, 'src-main', 'hosts', 'cli', 'main.ts')
  const workspace = path.resolve(
    callerFolder(),
    process.argv[2] ?? path.join(projectRoot, 'resources', 'demo'),
  )
  const serving = [
    ...sourceFlags,
    '--watch',
    '--watch-preserve-output',
    command,
    'serve',
    workspace,
    '--no-open',
  ]
  const ends = await Promise.all([
    runCaptured(nodeBinary, [toolScript('electron-vite'), 'build', '--watch'], options),
    runCaptured(nodeBinary, serving, options),
  ])
  return Math.max(...ends.map((end) => end.code))
}

await runCommand(async () => {
  await prepareCheckout()
  await fetchElectron()
  return isElectronThere() ? developInWindow() : developInBrowser()
})
