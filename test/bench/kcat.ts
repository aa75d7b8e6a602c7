/** kcat as the producer and the reference reader of the benches. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { TestCluster } from '../kafka/support/cluster.ts'

export interface Kcat {
  /** The program. */
  file: string
  cluster: TestCluster
}

export function kcatChild({ file, cluster }: Kcat, args: readonly string[]) {
  const brokers = cluster.brokers('plaintext').join(',')
  return spawn(file, ['-b', brokers, ...args], { stdio: ['pipe', 'ignore', 'inherit'] })
}

/** Produces each line of a file, as often as it says. */
export async function kcatProduce(kcat: Kcat, topic: string, lines: string, times = 1): Promise<void> {
  const child = kcatChild(kcat, ['-P', '-t', topic, '-z', 'lz4'])
  const exit = ended(child)
  for (let time = 1; time <= times; time++)
    await pipeline(createReadStream(lines), child.stdin, { end: time === times })
  await exit
}

/** @throws where kcat does not end well */
export async function ended(child: ReturnType<typeof kcatChild>): Promise<void> {
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`kcat ended with code ${String(code)}`)
}
