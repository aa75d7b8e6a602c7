/**
 * `npm run bench -- [NAME] [--json FILE] [--records NUMBER]`: measures this machine and prints a table. The number is that of
 * records of `messages`, where 10M are too many. Ratios within one run are what counts;
 * absolute figures belong to the machine that the first line names.
 */
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import type { Bench, Figure } from './figures.ts'
import { benchIngest } from './ingest.ts'
import { benchKafka } from './kafka.ts'
import { benchLatency } from './latency.ts'
import { benchMemory } from './memory.ts'
import { benchMessages } from './messages.ts'
import { benchMixed } from './mixed.ts'
import { benchStart } from './start.ts'
import { benchStore } from './store/store.ts'

const benches: Record<string, Bench> = {
  ingest: benchIngest,
  latency: benchLatency,
  mixed: benchMixed,
  memory: benchMemory,
  start: benchStart,
  kafka: benchKafka,
  messages: benchMessages,
  store: benchStore,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, records: { type: 'string' } },
})
const records = values.records === undefined ? null : Number(values.records)
if (records !== null && !(Number.isInteger(records) && records >= 1000)) {
  process.stderr.write('--records takes a whole number of at least 1000\n')
  process.exit(2)
}
const names = positionals.length > 0 ? positionals : Object.keys(benches)
const unknown = names.find((name) => benches[name] === undefined)
if (unknown !== undefined) {
  process.stderr.write(`There is no bench "${unknown}". There are: ${Object.keys(benches).join(', ')}\n`)
  process.exit(2)
}
const [cpu] = cpus()
const memory = `${String(Math.round(totalmem() / 2 ** 30))} GiB`
process.stdout.write(
  `${String(cpus().length)} x ${cpu?.model ?? 'unknown processor'}, ${memory}, Node ${process.version}, ${process.platform}\n\n`,
)
process.stdout.write(row('figure', 'unit', 'median', 'min', 'max'))
const figures: Figure[] = []
const failed: string[] = []
for (const name of names) await run(name)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`)
if (failed.length > 0) process.stderr.write(`Not measured: ${failed.join(', ')}\n`)
process.exit(failed.length === 0 ? 0 : 1)

/** One bench that fails takes nothing from the others. */
async function run(name: string): Promise<void> {
  try {
    for (const figure of (await benches[name]?.(progress, { records })) ?? []) {
      figures.push(figure)
      process.stdout.write(
        row(figure.name, figure.unit, ...[figure.median, figure.min, figure.max].map(shown)),
      )
    }
  } catch (error) {
    failed.push(name)
    process.stderr.write(
      `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
  }
}

function progress(text: string): void {
  process.stderr.write(`  ${text}\n`)
}

function row(name: string, unit: string, ...numbers: string[]): string {
  return `${name.padEnd(36)}${unit.padEnd(12)}${numbers.map((text) => text.padStart(12)).join('')}\n`
}

function shown(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}
