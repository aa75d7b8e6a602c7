import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkWorkspace, unreadTopics } from '../../../src-main/engine/check-workspace.ts'
import { inferSource } from '../../../src-main/engine/ingest/infer-source.ts'
import type { Step, Workspace } from '../../../src-main/workspace/model.ts'
import {
  column,
  lookup,
  source,
  step,
  table,
  topicLookup,
  topicSource,
  workspace,
} from '../../support/workspaces.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'penstock-check-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})
function file(name: string, text: string): string {
  const at = path.join(folder, name)
  writeFileSync(at, text)
  return at
}

async function messages(parts: Partial<Workspace>): Promise<string[]> {
  return (await checkWorkspace(workspace(folder, parts))).map(({ path: at, message }) => `${at}: ${message}`)
}

function reading(capture: string, ...steps: Step[]): Partial<Workspace> {
  return { sources: [source('s', capture, null)], tables: [table('t', 's', steps)] }
}

describe('a workspace is checked as far as its start would go', () => {
  it('and is right where everything can be read and compiled', async () => {
    const capture = file('good.ndjson', '{"n":1}\n')
    expect(await messages(reading(capture, step('one', 'SELECT n FROM input')))).toEqual([])
  })

  it.each([
    ['empty', ''],
    ['only blank lines', '\n\n  \n'],
    ['without an object', '1\n[2]\nnonsense\n'],
  ])('with a capture that is %s, of which no columns can be inferred', async (name, text) => {
    const capture = file(`${name}.ndjson`, text)
    expect(await messages(reading(capture))).toEqual([
      `sources.s.replay.file: source s: no columns can be inferred from ${capture}; it has no JSON object to go by. Declare \`columns:\``,
    ])
  })

  it('with a capture that is not there, also where its columns are declared', async () => {
    const missing = path.join(folder, 'none.ndjson')
    const sources = [source('s', missing, null), source('d', missing, [column('n', 'integer')])]
    const message = `cannot read ${missing}: there is no such file`
    expect(await messages({ sources })).toEqual([
      `sources.s.replay.file: ${message}`,
      `sources.d.replay.file: ${message}`,
    ])
  })

  it('but for topics whose columns only their records tell, of which it says so', async () => {
    const parts = workspace(folder, {
      sources: [
        topicSource('in', null, { topics: ['orders'] }),
        topicSource('known', [column('id', 'integer')]),
      ],
      lookups: [topicLookup('people', 'id', null), topicLookup('places', 'key', [column('name', 'text')])],
      tables: [
        table('a', 'in', [step('s', 'SELECT anything FROM input')]),
        table('b', 'known', [step('s', 'SELECT missing FROM input')]),
        table('c', 'known', [step('s', 'SELECT * FROM input JOIN people ON true')]),
        table('d', 'known', [step('s', 'SELECT name, key FROM input JOIN places ON true')]),
      ],
    })
    expect((await checkWorkspace(parts)).map(({ path: at, message }) => `${at}: ${message}`)).toEqual([
      expect.stringMatching(/^tables\.b\.steps\[0\]\.sql: .*missing/) as string,
    ])
    expect(unreadTopics(parts)).toEqual(['source in (orders of local)', 'lookup people (people of local)'])
  })

  it('with lookups that lack their key, and steps that read what is not there', async () => {
    const capture = file('lookup.ndjson', '{"n":1}\n')
    const airports = file('airports.csv', 'code,city\nA,Akron\n')
    const withLookup = (key: string): Partial<Workspace> => ({
      ...reading(capture, step('one', 'SELECT nope FROM input JOIN airports')),
      lookups: [lookup('airports', airports, key)],
    })
    expect(await messages(withLookup('iata'))).toEqual([expect.stringContaining('lookups.airports.file: ')])
    expect(await messages(withLookup('code'))).toEqual([
      'tables.t.steps[0].sql: step one: no such column: nope',
    ])
  })
})

describe('columns of a source are inferred from values', () => {
  const lines = '\n{"value":{"n":1}}\n'

  it('of envelopes, or of the lines where those are no envelopes', async () => {
    const capture = file('envelopes.ndjson', lines)
    const names = async (envelope: boolean | null): Promise<string[]> => {
      const columns = await inferSource(source('s', capture, null, { envelope }))
      return columns.map(({ name, type }) => `${name} ${type}`)
    }
    expect(await names(null)).toEqual(['n integer'])
    expect(await names(true)).toEqual(['n integer'])
    expect(await names(false)).toEqual(['value json'])
  })
})
