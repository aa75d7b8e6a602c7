/** kcat (librdkafka), the third client beside ours and Kafka's own. */
import { spawn } from 'node:child_process'
import { kafkaFiles } from './java-process.ts'

/**
 * Runs kcat with these arguments and input.
 * @returns what it printed
 * @throws with its words where it fails
 */
export async function kcat(args: readonly string[], input: string | Uint8Array = ''): Promise<string> {
  const child = spawn(kafkaFiles().kcat, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const printed: Buffer[] = []
  const said: Buffer[] = []
  child.stdout.on('data', (data: Buffer) => printed.push(data))
  child.stderr.on('data', (data: Buffer) => said.push(data))
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code === 0) return Buffer.concat(printed).toString()
  throw new Error(`kcat ${args.join(' ')}: ${Buffer.concat(said).toString()}`)
}
