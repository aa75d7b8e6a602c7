/**
 * A throw-away broker for people to try Penstock with: the demo's flights flow into a topic until Ctrl C, and then nothing
 * is left. Started by `npm run kafka`.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { startCluster } from './cluster.ts'
import { kafkaFiles } from './java-process.ts'
import { isFree } from './ports.ts'
import { startTools } from './tools.ts'

const usualPort = 9092
const recordsPerSecond = 2000
const tickMs = 50
const topic = 'flights'
const demo = path.resolve(import.meta.dirname, '..', '..', '..', 'resources', 'demo')

let isStopping = false
process.stdout.write('Starting Kafka ... ')
const tools = await startTools()
const ports = (await isFree(usualPort)) ? { plaintext: usualPort } : {}
const cluster = await startCluster({ toolsUrl: tools.url, listeners: ['plaintext'], ports })
const config = { 'retention.bytes': String(64 * 1024 * 1024), 'segment.bytes': String(16 * 1024 * 1024) }
await cluster.tools.createTopics({ name: topic, partitions: 4, config })
const [broker = ''] = cluster.brokers('plaintext')
const stopFlow = startFlow(broker)
process.stdout.write(words(broker))

// A Ctrl C comes twice: from the terminal, and from the script that started this.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop())

async function stop(): Promise<void> {
  if (isStopping) return
  isStopping = true
  stopFlow()
  await cluster.close()
  await tools.stop()
  process.exit(0)
}

/** Feeds kcat with the demo's capture, again and again. @returns what ends it */
function startFlow(address: string): () => void {
  const lines = gunzipSync(readFileSync(path.join(demo, 'flights.ndjson.gz')))
    .toString()
    .trimEnd()
    .split('\n')
  const messages = lines.map((line) => `${originOf(line)}\t${line}\n`)
  const args = ['-P', '-b', address, '-t', topic, '-K', '\t', '-z', 'lz4', '-X', 'partitioner=murmur2_random']
  const child = spawn(kafkaFiles().kcat, args, { stdio: ['pipe', 'inherit', 'pipe'] })
  child.stderr.on('data', (said: Buffer) => {
    if (!isStopping) process.stderr.write(said)
  })
  const startedAt = Date.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((Date.now() - startedAt) * recordsPerSecond) / 1000)
    let text = ''
    for (; sent < due; sent++) text += messages[sent % messages.length] ?? ''
    child.stdin.write(text)
  }, tickMs)
  child.stdin.on('error', () => {
    clearInterval(timer)
  })
  return () => {
    clearInterval(timer)
    child.kill()
  }
}

/** The key of a record; damaged lines have none. */
function originOf(line: string): string {
  return /"origin":\s*"([A-Z]{3})"/.exec(line)?.[1] ?? ''
}

function words(address: string): string {
  return `done.

Broker     ${address} (plaintext, this machine only)
Topic      ${topic}: 4 partitions, ${recordsPerSecond} records per second, lz4, the demo's flights with its 41 damaged lines

Write this into FOLDER/penstock.yaml:

penstock: 1
connections:
  local: { brokers: ["${address}"] }
sources:
  flights:
    kafka: { connection: local, topic: ${topic}, from: earliest }
    columns:
      at:          { path: $.date, type: timestamp, format: "%Y/%m/%d %H:%M", nullable: false }
      delay:       integer
      distance:    integer
      origin:      { path: $.origin, type: text, nullable: false }
      destination: { path: $.destination, type: text, nullable: false }
    event_time: at
lookups:
  airports: { file: "${path.join(demo, 'airports.csv')}", key: iata }
tables:
  late_flights:
    source: flights
    steps:
      - name: late
        sql: SELECT f.*, a.city, a.state FROM input f LEFT JOIN airports a ON a.iata = f.origin WHERE f.delay > 15
    retain: { rows: 300k }

and open it:  npm run -s penstock -- open FOLDER
Ctrl C stops the broker and removes everything.
`
}
