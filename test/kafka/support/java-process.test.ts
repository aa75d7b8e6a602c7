/** The harness itself: Java processes do not outlive the process that started them, however that ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

/** Like a broker, it does not mind its stdin; a connection to it closes when it ends. */
const program = `
  import java.net.ServerSocket;
  class Lasting {
    public static void main(String[] args) throws Exception {
      ServerSocket server = new ServerSocket(0, 10, java.net.InetAddress.getLoopbackAddress());
      System.out.println("port " + server.getLocalPort());
      server.accept();
      Thread.sleep(Long.MAX_VALUE);
    }
  }
`

test('Java ends with the process that started it, also after kill -9', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-java-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  const source = path.join(folder, 'Lasting.java')
  writeFileSync(source, program)
  const harness = pathToFileURL(path.join(import.meta.dirname, 'java-process.ts')).href
  const options = `{ heapMb: 64, ready: /^port /, cwd: ${JSON.stringify(folder)} }`
  const script = `
    import { startJava } from ${JSON.stringify(harness)}
    const { readyLine } = await startJava([${JSON.stringify(source)}], ${options})
    process.stdout.write(readyLine)
  `
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = (await once(owner.stdout, 'data')) as [Buffer]
  const socket = net.connect(Number(said.toString().slice('port '.length)), '127.0.0.1')
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  owner.kill('SIGKILL')
  await closed
  expect(socket.destroyed).toBe(true)
})
