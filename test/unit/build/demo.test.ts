/** The demo's files are what build/make-demo.js makes, and hold what the workspace says about them. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { makeCapture, readFlights } from '../../../build/make-demo.js'

const demo = path.resolve(import.meta.dirname, '..', '..', '..', 'resources', 'demo')
const capture = gunzipSync(readFileSync(path.join(demo, 'flights.ndjson.gz')))

test('the capture is the one that the script makes', () => {
  expect(capture.equals(makeCapture(readFlights()))).toBe(true)
})

test('the capture holds 20,000 flights by date, and 41 damaged lines as ATTRIBUTION.md says', () => {
  const lines = capture.toString('latin1').trimEnd().split('\n')
  const flight =
    /^\{"date":"(2001\/0[123]\/\d\d \d\d:\d\d)","delay":-?\d+,"distance":\d+,"origin":"\w{3}","destination":"\w{3}"\}$/
  const dates = lines.flatMap((line) => flight.exec(line)?.[1] ?? [])
  expect(dates).toHaveLength(20_000)
  expect(dates).toEqual([...dates].sort())
  expect(lines).toHaveLength(20_041)
})

test('every airport of the flights is in the lookup', () => {
  const airports = new Set(
    readFileSync(path.join(demo, 'airports.csv'), 'utf8')
      .split('\n')
      .map((line) => line.slice(0, line.indexOf(','))),
  )
  const codes = new Set(readFlights().flatMap((one) => [one.origin, one.destination]))
  expect([...codes].filter((code) => !airports.has(code))).toEqual([])
})
