/** From starting on the store of a killed process to its first answer. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { sourceFlags } from '../../../build/checkout/node-binary.js'
import type { Workspace } from '../../../src-main/workspace/model.ts'
import { timedQuery, withEngine } from '../run-engine.ts'

const runner = path.resolve(import.meta.dirname, '../../support/run-engine.ts')
/** Records that the killed process takes in before. */
const recordsBefore = 60_000

export async function recoverySeconds(plan: Workspace): Promise<number> {
  const child = spawn(process.execPath, [...sourceFlags, runner, JSON.stringify(plan)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise((resolve) => child.on('exit', resolve))
  let first: number | null = null
  for await (const piece of child.stdout) {
    const last = Number(/(\d+)\n[^\n]*$/.exec(String(piece))?.[1] ?? 0)
    first ??= last
    if (last > first + recordsBefore) break
  }
  child.kill('SIGKILL')
  await exited
  const begun = performance.now()
  return withEngine(
    plan,
    async (engine) => {
      await timedQuery(engine, 'SELECT max(order_id) FROM sales')
      return (performance.now() - begun) / 1000
    },
    false,
  )
}
