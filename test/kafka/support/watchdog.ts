/**
 * Ends processes whose owner has gone without ending them, as after `kill -9`. Its own process: the owner writes `+PID` and
 * `-PID` to its stdin, one a line, and what is left when that closes is killed. Started by java-process.ts.
 */
import { createInterface } from 'node:readline'

const watched = new Set<number>()
const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const pid = Number(line.slice(1))
  if (line.startsWith('+')) watched.add(pid)
  else watched.delete(pid)
})
lines.on('close', () => {
  for (const pid of watched) end(pid)
})

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
