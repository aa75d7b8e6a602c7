/** Java processes of the harness: started, awaited by a line they print, and gone with the process that started them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import path from 'node:path'
import { findKafka } from '../../../build/testing/kafka-files.js'

const keptLines = 200
const running = new Set<ChildProcess>()

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

let watchdog: ChildProcess | null = null

/** Has it ended where this process ends without a word. In a group of its own, as Ctrl C goes to the whole group. */
function watch(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined) return
  watchdog ??= startWatchdog()
  const { stdin } = watchdog
  stdin?.write(`+${String(pid)}\n`)
  child.once('exit', () => {
    stdin?.write(`-${String(pid)}\n`)
  })
}

function startWatchdog(): ChildProcess {
  const script = path.join(import.meta.dirname, 'watchdog.ts')
  const started = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'inherit'], detached: true })
  started.unref()
  // The types do not say that stdin is a socket, which can be left open without holding the process.
  if (started.stdin instanceof Socket) started.stdin.unref()
  return started
}

export interface JavaProcess {
  readonly child: ChildProcess
  /** The line that told it was ready. */
  readonly readyLine: string
  /** Resolves when it has ended. */
  readonly ended: Promise<void>
}

export interface JavaOptions {
  heapMb: number
  /** A line that says it is ready. */
  ready: RegExp
  cwd: string
}

/** Files of Kafka; the stage `kafka` of the test runner gets them. @throws where they are missing */
export function kafkaFiles() {
  const files = findKafka()
  if (files === null) throw new Error('Kafka is not there yet: run `npm run test:kafka` once, which gets it')
  return files
}

/**
 * Starts Java with Kafka's jars and waits for its ready line.
 * @throws with what it printed where it ends before
 */
export async function startJava(args: readonly string[], options: JavaOptions): Promise<JavaProcess> {
  const { java, jars } = kafkaFiles()
  const logging = path.join(import.meta.dirname, 'tools', 'log4j2.properties')
  const settings = [
    `-Xmx${options.heapMb}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Dlog4j2.configurationFile=${logging}`,
    '-Djava.net.preferIPv4Stack=true',
  ]
  const child = spawn(java, [...settings, '-cp', path.join(jars, '*'), ...args], {
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  running.add(child)
  watch(child)
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      running.delete(child)
      resolve()
    })
  })
  const lines: string[] = []
  const ready = Promise.withResolvers<string>()
  const take = (line: string): void => {
    lines.push(line)
    if (lines.length > keptLines) lines.shift()
    if (options.ready.test(line)) ready.resolve(line)
  }
  eachLine(child.stdout, take)
  eachLine(child.stderr, take)
  void ended.then(() => {
    ready.reject(new Error(`${args.join(' ')} ended:\n${lines.join('\n')}`))
  })
  const readyLine = await ready.promise
  return { child, readyLine, ended }
}

function eachLine(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) take(line)
  })
}
