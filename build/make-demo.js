/**
 * Makes resources/demo/flights.ndjson.gz and airports.csv from npm's vega-datasets. Deterministic. Run by hand:
 * `node build/make-demo.js`; its test rebuilds the capture in memory and compares it with the file in the repository.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { projectRoot } from './checkout/project-root.js'

/** @typedef {{ date: string, delay: number, distance: number, origin: string, destination: string }} Flight */

/** Damaged lines are put in after every so many flights, one kind after the other. */
const flightsPerDamage = 487

/**
 * Ways in which lines of real captures go wrong. Each takes a flight and gives the bytes of a line.
 * @type {readonly ((flight: Flight) => Buffer)[]}
 */
const damages = [
  (flight) => Buffer.from(JSON.stringify(flight).slice(0, 52)),
  (flight) => json({ ...flight, delay: 'n/a' }),
  ({ origin: _absent, ...flight }) => json(flight),
  (flight) => json({ ...flight, date: flight.date.replace(/^(\d+)\/\d+\/\d+/, '$1/13/45') }),
  (flight) => withInvalidUtf8(json({ ...flight, destination: 'SJ#' })),
  (flight) => json({ ...flight, distance: `${String(flight.distance)} mi` }),
]

/** @param {object} value */
function json(value) {
  return Buffer.from(JSON.stringify(value))
}

/** @param {Buffer} line whose # becomes a byte that UTF-8 does not know */
function withInvalidUtf8(line) {
  const damaged = Buffer.from(line)
  damaged[damaged.indexOf('#')] = 0xe9
  return damaged
}

/**
 * The capture before compression: every flight by date, and the damaged lines in between.
 * @param {readonly Flight[]} flights
 * @returns {Buffer}
 */
export function makeCapture(flights) {
  const newline = Buffer.from('\n')
  /** @type {Buffer[]} */
  const parts = []
  const sorted = [...flights].sort((one, other) =>
    one.date < other.date ? -1 : one.date > other.date ? 1 : 0,
  )
  sorted.forEach((flight, index) => {
    parts.push(json(flight), newline)
    if ((index + 1) % flightsPerDamage !== 0) return
    const damage = damages[((index + 1) / flightsPerDamage - 1) % damages.length]
    if (damage !== undefined) parts.push(damage(flight), newline)
  })
  return Buffer.concat(parts)
}

/** @returns {readonly Flight[]} the flights of vega-datasets */
export function readFlights() {
  return JSON.parse(readFileSync(dataFile('flights-20k.json'), 'utf8'))
}

/** @param {string} name */
function dataFile(name) {
  return path.join(projectRoot, 'node_modules', 'vega-datasets', 'data', name)
}

function writeDemo() {
  const folder = path.join(projectRoot, 'resources', 'demo')
  const compressed = gzipSync(makeCapture(readFlights()), { level: 9 })
  compressed[9] = 255 // the header's operating system: unknown, so that every machine writes the same file
  writeFileSync(path.join(folder, 'flights.ndjson.gz'), compressed)
  writeFileSync(path.join(folder, 'airports.csv'), readFileSync(dataFile('airports.csv')))
}

if (process.argv[1] === path.join(projectRoot, 'build', 'make-demo.js')) writeDemo()
