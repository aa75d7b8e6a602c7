import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Workspace } from '../../../src-main/workspace/model.ts'
import { parseWorkspace } from '../../../src-main/workspace/parse.ts'

const file = path.resolve('/demo/penstock.yaml')
const head = 'penstock: 1\nconnections: { local: { brokers: ["a:1"] }, production: { brokers: ["b:1"] } }\n'

/** One entry `s` on line 4. */
function textOf(kind: 'sources' | 'lookups', settings: string): string {
  return `${head}${kind}:\n  s: ${settings}\n`
}

function workspaceOf(text: string): Workspace {
  const parsed = parseWorkspace(text, file)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2))
  return parsed.workspace
}

/** Each problem as `line:column path | message | hint`. */
function problemsOf(text: string): string[] {
  const parsed = parseWorkspace(text, file)
  if ('workspace' in parsed) return []
  return parsed.problems.map(
    ({ line, column, path: key, message, hint }) =>
      `${String(line)}:${String(column)} ${key} | ${message} | ${hint}`,
  )
}

/** `COLUMN .key | message` as a line of {@link problemsOf}. */
function onEntry(kind: 'sources' | 'lookups', expected: string): string {
  return `4:${expected.replace(/ (\.|\|)/, (_, mark: string) => ` ${kind}.s${mark === '|' ? ' |' : '.'}`)}`
}

const plain = {
  kind: 'kafka',
  connection: 'local',
  topics: ['orders'],
  pattern: null,
  from: { kind: 'latest' },
  isolation: 'read_committed',
  outOfRange: 'earliest',
  commit: null,
}

describe('a source of topics', () => {
  it('needs no more than a connection and a topic', () => {
    expect(workspaceOf(textOf('sources', '{ kafka: { connection: local, topic: orders } }')).sources).toEqual(
      [
        {
          name: 's',
          topic: 'orders',
          input: plain,
          format: 'json',
          schema: null,
          columns: null,
          eventTime: null,
          latenessMs: null,
          tooLate: 'land',
          masks: null,
          position: { line: 4, column: 3 },
        },
      ],
    )
  })

  it.each([
    ['topics: [orders, payments]', { topics: ['orders', 'payments'] }, 'orders, payments'],
    ['pattern: "orders-.*"', { topics: [], pattern: 'orders-.*' }, 'orders-.*'],
    ['topic: orders, from: earliest', { from: { kind: 'earliest' } }, 'orders'],
    ['topic: orders, from: latest', {}, 'orders'],
    [
      'topic: orders, from: { timestamp: 2026-01-31T12:00:00Z }',
      { from: { kind: 'timestamp', ms: Date.UTC(2026, 0, 31, 12) } },
      'orders',
    ],
    ['topic: orders, from: { ago: 90m }', { from: { kind: 'ago', ms: 5_400_000 } }, 'orders'],
    [
      `topic: orders, from: { offset: ${String(Number.MAX_SAFE_INTEGER)} }`,
      { from: { kind: 'offset', offset: BigInt(Number.MAX_SAFE_INTEGER) } },
      'orders',
    ],
    ['topic: orders, isolation: read_uncommitted', { isolation: 'read_uncommitted' }, 'orders'],
    ['topic: orders, out_of_range: stop', { outOfRange: 'stop' }, 'orders'],
    ['topic: orders, commit: false', {}, 'orders'],
    ['topic: orders, commit: true', { commit: { group: 'penstock-demo-s', isOwn: true } }, 'orders'],
    ['topic: orders, commit: true, group: console', { commit: { group: 'console', isOwn: false } }, 'orders'],
  ])('kafka: { connection: local, %s }', (settings, expected, topic) => {
    const { sources } = workspaceOf(textOf('sources', `{ kafka: { connection: local, ${settings} } }`))
    expect(sources[0]).toMatchObject({ input: { ...plain, ...expected }, topic })
  })

  it('has a format and a schema', () => {
    const settings =
      '{ kafka: { connection: local, topic: a }, format: protobuf, schema: { file: orders.proto, message: shop.Order } }'
    expect(workspaceOf(textOf('sources', settings)).sources[0]).toMatchObject({
      format: 'protobuf',
      schema: { file: path.resolve('/demo/orders.proto'), message: 'shop.Order' },
    })
  })

  it.each([
    [
      'orders',
      '15 .kafka | must be a map of keys, not "orders" | for example kafka: { connection: local, topic: flights }',
    ],
    ['{ topic: a }', '8 .kafka | "connection" is missing | for example connection: local'],
    ['{ connection: 5, topic: a }', '29 .kafka.connection | must be text, not 5 | write "5" in quotes'],
    [
      '{ connection: lcal, topic: a }',
      '29 .kafka.connection | there is no connection "lcal" | write "local"',
    ],
    [
      '{ connection: elsewhere, topic: a }',
      '29 .kafka.connection | there is no connection "elsewhere" | there are local, production',
    ],
    ['{ connection: local }', '15 .kafka | no topic is named | write one of topic, topics or pattern'],
    ['{ connection: local, topc: a }', '36 .kafka.topc | unknown key "topc" | write "topic"'],
    [
      '{ connection: local, topic: a, topics: [b] }',
      '15 .kafka | topics are named twice | write one of topic, topics or pattern',
    ],
    [
      '{ connection: local, topic: "a b" }',
      '43 .kafka.topic | "a b" is not a name: use letters, digits, dots, _ and - | for example topic: flights',
    ],
    [
      '{ connection: local, topics: [] }',
      '44 .kafka.topics | there are no entries | leave it out, or add one',
    ],
    [
      '{ connection: local, topics: a }',
      '44 .kafka.topics | must be a list, not "a" | for example topics: [orders, payments]',
    ],
    [
      '{ connection: local, pattern: "(" }',
      '45 .kafka.pattern | not a regular expression: Invalid regular expression: /(/u: Unterminated group | for example orders-.*',
    ],
    [
      '{ connection: local, topic: a, from: erliest }',
      '52 .kafka.from | must be earliest, latest, or a map with timestamp, ago or offset, not "erliest" | write earliest',
    ],
    [
      '{ connection: local, topic: a, from: 5 }',
      '52 .kafka.from | must be earliest, latest, or a map with timestamp, ago or offset, not 5 | for example from: earliest',
    ],
    [
      '{ connection: local, topic: a, from: {} }',
      '52 .kafka.from | a source begins in one place | write one of timestamp, ago or offset',
    ],
    [
      '{ connection: local, topic: a, from: { offset: 1, ago: 1h } }',
      '52 .kafka.from | a source begins in one place | write one of timestamp, ago or offset',
    ],
    [
      '{ connection: local, topic: a, from: { ofset: 1 } }',
      '54 .kafka.from.ofset | unknown key "ofset" | write "offset"',
    ],
    [
      '{ connection: local, topic: a, from: { timestamp: soon } }',
      '65 .kafka.from.timestamp | "soon" is no time | for example 2026-01-31T12:00:00Z',
    ],
    [
      '{ connection: local, topic: a, from: { ago: 1 } }',
      '59 .kafka.from.ago | 1 is no time with its unit | add the unit: 1s, 1m, 1h or 1d',
    ],
    [
      '{ connection: local, topic: a, from: { offset: -1 } }',
      '62 .kafka.from.offset | must be at least 0 | ',
    ],
    [
      '{ connection: local, topic: a, isolation: read_comitted }',
      '57 .kafka.isolation | must be one of read_committed, read_uncommitted, not "read_comitted" | write read_committed',
    ],
    [
      '{ connection: local, topic: a, out_of_range: fail }',
      '60 .kafka.out_of_range | must be one of earliest, latest, stop, not "fail" | ',
    ],
    [
      '{ connection: local, topic: a, commit: yes }',
      '54 .kafka.commit | must be true or false, not "yes" | write true',
    ],
    [
      '{ connection: local, topic: a, group: g }',
      '53 .kafka.group | group is for commit: true | add commit: true',
    ],
    [
      '{ connection: local, topic: a, partitions: 3 }',
      '46 .kafka.partitions | unknown key "partitions" | the keys here are connection, topic, topics, pattern, from, isolation, out_of_range, commit, group',
    ],
  ])('kafka: %s', (settings, expected) => {
    expect(problemsOf(textOf('sources', `{ kafka: ${settings} }`))).toEqual([onEntry('sources', expected)])
  })

  it.each([
    ['replay: { file: f }', '8 .kafka | s has both replay and kafka | keep one of the two'],
    [
      'format: avr',
      '56 .format | must be one of json, avro, protobuf, json-schema, text, bytes, not "avr" | write avro',
    ],
    [
      'schema: { file: a.avsc }',
      '48 .schema | schema is for avro, protobuf and json-schema, not for json | add format, or remove schema',
    ],
    [
      'format: text, schema: { file: a.avsc }',
      '62 .schema | schema is for avro, protobuf and json-schema, not for text | add format, or remove schema',
    ],
    [
      'format: avro, schema: a.avsc',
      '70 .schema | must be a map of keys, not "a.avsc" | for example schema: { file: orders.avsc }',
    ],
    [
      'format: protobuf, schema: { file: a.proto, mesage: M }',
      '91 .schema.mesage | unknown key "mesage" | write "message"',
    ],
  ])('beside %s', (settings, expected) => {
    const text = textOf('sources', `{ kafka: { connection: local, topic: a }, ${settings} }`)
    expect(problemsOf(text)).toEqual([onEntry('sources', expected)])
  })

  it('needs connections to be declared', () => {
    expect(problemsOf('penstock: 1\nsources: { s: { kafka: { connection: local, topic: a } } }\n')).toEqual([
      '2:38 sources.s.kafka.connection | there is no connection "local" | declare one under connections',
    ])
  })

  it('or a capture it has to be', () => {
    expect(problemsOf(textOf('sources', '{ kafak: { connection: local, topic: a } }'))).toEqual([
      '4:8 sources.s.kafak | unknown key "kafak" | write "kafka"',
    ])
    expect(problemsOf(textOf('sources', '{ columns: { a: text } }'))).toEqual([
      '4:3 sources.s | s has neither replay nor kafka | add replay or kafka',
    ])
  })
})

describe('columns of other parts of a record', () => {
  /** The column stands on line 7, six characters in. */
  const columnsText = (column: string): string =>
    `${head}sources:\n  s:\n    kafka: { connection: local, topic: a }\n    columns:\n      ${column}\n`

  it.each([
    ['c: { from: key, type: text }', { from: 'key', path: [] }],
    ['c: { from: key, type: integer, path: $.id }', { from: 'key', path: ['id'] }],
    ['c: { from: header, header: trace id, type: text }', { from: 'header', path: ['trace id'] }],
    ['c: { from: headers, type: json }', { from: 'headers', path: [] }],
    ['c: { from: timestamp, type: timestamp }', { from: 'timestamp', path: [] }],
    ['c: { from: tombstone, type: boolean }', { from: 'tombstone', path: [] }],
    ['c: { from: value, type: bytes }', { from: 'value', path: ['c'] }],
    ['c: { type: text, path: $ }', { from: 'value', path: [] }],
    ['c: bytes', { from: 'value', path: ['c'], type: 'bytes' }],
  ])('%s', (column, expected) => {
    expect(workspaceOf(columnsText(column)).sources[0]?.columns?.[0]).toMatchObject(expected)
  })

  it.each([
    [
      'c: { from: kye, type: text }',
      '18 .from | must be one of value, key, header, headers, timestamp, tombstone, not "kye" | write key',
    ],
    ['c: { from: header, type: text }', '18 .from | which header is not said | add header: NAME'],
    ['c: { header: h, type: text }', '20 .header | header is for from: header | add from: header'],
    ['c: { from: key, header: h, type: text }', '31 .header | header is for from: header | add from: header'],
    [
      'c: { from: header, header: h, path: $.a, type: text }',
      '43 .path | path is for the value or the key, not for header | remove path',
    ],
    ['c: { from: headers, type: text }', '33 .type | from: headers gives json, not text | write type: json'],
    [
      'c: { from: timestamp, type: integer }',
      '35 .type | from: timestamp gives timestamp, not integer | write type: timestamp',
    ],
    [
      'c: { from: tombstone, type: text }',
      '35 .type | from: tombstone gives boolean, not text | write type: boolean',
    ],
    [
      'c: { type: bytes, default: x }',
      '34 .default | default "x" is no bytes | leave it out; bytes have no default',
    ],
    ['c: { fron: key, type: text }', '12 .fron | unknown key "fron" | write "from"'],
  ])('%s', (column, expected) => {
    expect(problemsOf(columnsText(column))).toEqual([`7:${expected.replace(' .', ' sources.s.columns.c.')}`])
  })
})

describe('a lookup of a topic', () => {
  it.each([
    ['key: k', { format: 'json', schema: null }],
    [
      'key: k, format: avro, schema: { file: a.avsc }',
      { format: 'avro', schema: { file: path.resolve('/demo/a.avsc'), message: null } },
    ],
  ])('{ %s }', (settings, expected) => {
    const text = textOf('lookups', `{ kafka: { connection: local, topic: customers }, ${settings} }`)
    expect(workspaceOf(text).lookups).toEqual([
      {
        name: 's',
        input: { kind: 'kafka', connection: 'local', topic: 'customers', ...expected },
        key: 'k',
        columns: null,
        position: { line: 4, column: 3 },
      },
    ])
  })

  it.each([
    ['{ key: k }', '3 | s has neither file nor kafka | add file or kafka'],
    [
      '{ file: a.csv, kafka: { connection: local, topic: a }, key: k }',
      '21 .kafka | s has both file and kafka | keep one of the two',
    ],
    ['{ kafka: { connection: local, topic: a } }', '3 | "key" is missing | for example key: iata'],
    [
      '{ kafka: { connection: lcal, topic: a }, key: k }',
      '29 .kafka.connection | there is no connection "lcal" | write "local"',
    ],
    [
      '{ kafka: { connection: local, topics: [a] }, key: k }',
      '36 .kafka.topics | unknown key "topics" | write "topic"',
    ],
    [
      '{ kafka: { connection: local, topic: a }, key: k, columns: { k: { type: text, path: $.k } } }',
      '67 .columns.k | k is the key of a topic, and is not taken from there | write from: key',
    ],
    [
      '{ kafka: { connection: local, topic: a }, key: k, format: avro }',
      '64 .format | connection local has no schema registry, and avro needs schemas | add registry to the connection, or schema with a file',
    ],
    [
      '{ kafka: { connection: local, topic: a }, key: k, format: csv }',
      '64 .format | csv is a format of a file, not of a topic | write one of json, avro, protobuf, json-schema, text, bytes',
    ],
    [
      '{ kafka: { connection: local, topic: a }, key: k, schema: { file: a } }',
      '56 .schema | schema is for avro, protobuf and json-schema, not for json | add format, or remove schema',
    ],
    [
      '{ file: a.csv, key: k, format: avro }',
      '37 .format | avro is a format of a topic, not of a file | write one of csv, json, ndjson',
    ],
    [
      '{ file: a.csv, key: k, schema: { file: a } }',
      '29 .schema | schema is for avro, protobuf and json-schema, not for json | add format, or remove schema',
    ],
  ])('%s', (settings, expected) => {
    expect(problemsOf(textOf('lookups', settings))).toEqual([onEntry('lookups', expected)])
  })
})
