/** Connections written into penstock.yaml: what was asked for changes, and not a character beside it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ConnectionDraft } from '../../../src-main/contract/connections.ts'
import { draftOfConnection, fileOfDraft } from '../../../src-main/workspace/connection-draft.ts'
import { newWorkspaceText, removeConnection, setConnection } from '../../../src-main/workspace/edit.ts'
import { parseWorkspace } from '../../../src-main/workspace/parse.ts'

const plain = { brokers: ['a:9092'] }

const written = `# the head
penstock: 1   # the version

# all connections
connections:
  # the first
  local:    # here
    brokers: ["a:9092", "b:9092"]   # two of them
    # how to log in
    sasl:
      mechanism: plain   # for now
      username: reader
      password: { env: PASSWORD }
    timeout: 5s      # not in the form
    # end of local

  # the second
  other: { brokers: ["c:9092"], color: "#00ff00" } # flow
  # end of connections

# sources
sources:
  flights:  { kafka: { connection: local, topic: flights } }
`

function lines(text: string): string[] {
  return text.split('\n')
}

/** Lines that are only in one of two texts. */
function difference(before: string, after: string): { removed: string[]; added: string[] } {
  return {
    removed: lines(before).filter((line) => !lines(after).includes(line)),
    added: lines(after).filter((line) => !lines(before).includes(line)),
  }
}

describe('a connection that is there', () => {
  it('stays as it is to the character where nothing differs', () => {
    const same = {
      brokers: ['a:9092', 'b:9092'],
      sasl: { mechanism: 'plain', username: 'reader', password: { env: 'PASSWORD' } },
    }
    expect(setConnection(written, 'local', same)).toBe(written)
  })

  it('keeps its comments, and keys that the form does not know', () => {
    const after = setConnection(written, 'local', {
      brokers: ['a:9092'],
      tls: true,
      sasl: { mechanism: 'scram-sha-512', username: 'reader', password: { secret: 'local', env: undefined } },
      writes: undefined,
    })
    expect(difference(written, after)).toEqual({
      removed: [
        '    brokers: ["a:9092", "b:9092"]   # two of them',
        '      mechanism: plain   # for now',
        '      password: { env: PASSWORD }',
      ],
      added: [
        '    brokers: [ a:9092 ]   # two of them',
        '      mechanism: scram-sha-512   # for now',
        '      password: { secret: local }',
        '    tls: true',
      ],
    })
  })

  it('loses a key with its line', () => {
    const after = setConnection(written, 'local', { sasl: undefined })
    expect(difference(written, after)).toEqual({
      removed: [
        '    sasl:',
        '      mechanism: plain   # for now',
        '      username: reader',
        '      password: { env: PASSWORD }',
      ],
      added: [],
    })
  })

  it('is changed, grows and shrinks on its line where it is written in braces', () => {
    const after = setConnection(written, 'other', { brokers: ['d:1'], color: undefined, writes: 'allowed' })
    expect(difference(written, after).added).toEqual([
      '  other: { brokers: [ d:1 ], writes: allowed } # flow',
    ])
    const first = setConnection('penstock: 1\nconnections: { a: { tls: true, brokers: [a:1] } }\n', 'a', {
      tls: undefined,
    })
    expect(first).toBe('penstock: 1\nconnections: { a: { brokers: [a:1] } }\n')
  })

  it('gets a value in one line where there were several', () => {
    const after = setConnection(written, 'local', { sasl: 'none' })
    expect(difference(written, after).added).toEqual(['    sasl: none'])
  })
})

describe('a connection that is new', () => {
  it('stands after the others', () => {
    const after = setConnection(written, 'third', { ...plain, tls: true })
    const [at] = difference(written, after).added
    expect(at).toBe('  third:')
    expect(after.replace('  third:\n    brokers: [ a:9092 ]\n    tls: true\n', '')).toBe(written)
  })

  it('stands below the head of a file that has none', () => {
    const before = 'penstock: 1\nname: demo   # its name\n\n# sources\nsources: {}\n'
    expect(setConnection(before, 'local', plain)).toBe(
      'penstock: 1\nname: demo   # its name\n\nconnections:\n  local:\n    brokers: [ a:9092 ]\n\n# sources\nsources: {}\n',
    )
  })

  it.each([
    ['no value', 'penstock: 1\nconnections:\nsources: {}\n'],
    ['a comment alone', 'penstock: 1\nconnections: # none yet\nsources: {}\n'],
    ['an empty map', 'penstock: 1\nconnections: {} # none yet\nsources: {}\n'],
    ['null', 'penstock: 1\nconnections: null\nsources: {}\n'],
    ['no end of line', 'penstock: 1\nconnections:\n  other: { brokers: ["a:1"] }'],
    ['only a version without an end of line', 'penstock: 1'],
    ['JSON', '{"penstock": 1, "connections": {"other": {"brokers": ["a:1"]}}}'],
    ['JSON without any', '{ "penstock": 1 }\n'],
  ])('is written where there is %s', (_name, before) => {
    const parsed = parseWorkspace(setConnection(before, 'local', plain), '/work/penstock.yaml')
    const connections = 'workspace' in parsed ? parsed.workspace.connections : parsed.problems
    expect(connections.at(-1)).toMatchObject({ name: 'local', brokers: ['a:9092'] })
    if (before.includes('# none yet')) expect(setConnection(before, 'local', plain)).toContain('# none yet')
  })

  it('makes a workspace that can be read', () => {
    const text = newWorkspaceText('local', plain)
    expect(parseWorkspace(text, '/work/penstock.yaml')).toMatchObject({
      workspace: { connections: [{ name: 'local' }] },
    })
  })
})

describe('the rest of the file', () => {
  it('keeps CRLF', () => {
    const before = written.replaceAll('\n', '\r\n')
    for (const name of ['local', 'other', 'third']) {
      const after = setConnection(before, name, { brokers: ['x:1'], tls: true, sasl: undefined })
      expect(after.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/u)
      expect(after.replaceAll('\r\n', '\n')).toBe(
        setConnection(written, name, { brokers: ['x:1'], tls: true, sasl: undefined }),
      )
    }
  })

  it('keeps a byte order mark', () => {
    expect(setConnection(`\ufeff${written}`, 'third', plain)).toBe(
      `\ufeff${setConnection(written, 'third', plain)}`,
    )
  })

  it('keeps anchors, and does not change what others share', () => {
    const anchored = `penstock: 1
connections:
  a: { brokers: &brokers ["a:1"], tls: &tls { ca: ca.pem } }
  b: { brokers: *brokers, tls: *tls }
`
    const after = setConnection(anchored, 'b', { brokers: ['b:1'], tls: { ca: 'ca.pem' } })
    expect(after).toContain('  a: { brokers: &brokers ["a:1"], tls: &tls { ca: ca.pem } }')
    expect(parseWorkspace(after, '/work/penstock.yaml')).toMatchObject({
      workspace: { connections: [{ brokers: ['a:1'] }, { brokers: ['b:1'], tls: { ca: '/work/ca.pem' } }] },
    })
    expect(() => setConnection(anchored, 'a', { brokers: ['c:1'] })).toThrow(/edit it by hand/u)
  })

  it('is the same in a long file', () => {
    const sources = Array.from(
      { length: 5_000 },
      (_, index) => `  s${String(index)}:   { replay: { file: f.ndjson } }   # source ${String(index)}\n`,
    ).join('')
    const before = `${written}${sources}`
    const after = setConnection(before, 'third', plain)
    expect(after.length - before.length).toBe('  third:\n    brokers: [ a:9092 ]\n'.length)
    expect(after.endsWith(sources)).toBe(true)
  })

  it('is refused where it is no map', () => {
    expect(() => setConnection('- 1\n', 'local', plain)).toThrow(/edit it by hand/u)
    expect(() => setConnection('', 'local', plain)).toThrow(/edit it by hand/u)
  })
})

describe('a connection that is removed', () => {
  it('goes with its lines; comments outside of them stay', () => {
    expect(difference(written, removeConnection(written, 'other'))).toEqual({
      removed: ['  other: { brokers: ["c:9092"], color: "#00ff00" } # flow'],
      added: [],
    })
    const after = removeConnection(written, 'local')
    expect(after).toContain('  # the first\n')
    expect(after).not.toContain('brokers: ["a:9092"')
    expect(
      parseWorkspace(after.replace('local, topic', 'other, topic'), '/work/penstock.yaml'),
    ).toHaveProperty('workspace.connections', [expect.objectContaining({ name: 'other' })])
  })

  it.each([
    [
      'penstock: 1\nconnections: # all\n  # one\n  a:\n    brokers: [a:1]\n# end\n',
      'penstock: 1\nconnections: {} # all\n  # one\n# end\n',
    ],
    ['penstock: 1\nconnections: { a: { brokers: [a:1] } } # all\n', 'penstock: 1\nconnections: {} # all\n'],
    [
      'penstock: 1\nconnections: { a: { brokers: [a:1] }, b: { brokers: [b:1] } }\n',
      'penstock: 1\nconnections: { b: { brokers: [b:1] } }\n',
    ],
    ['penstock: 1\r\nconnections:\r\n  a: { brokers: [a:1] }\r\n', 'penstock: 1\r\nconnections: {}\r\n'],
  ])('may be the last one, or one of a line: %j', (before, after) => {
    expect(removeConnection(before, 'a')).toBe(after)
    expect(parseWorkspace(after, '/work/penstock.yaml')).toHaveProperty('workspace')
  })

  it('is refused where there is none, or others share what it holds', () => {
    expect(() => removeConnection(written, 'third')).toThrow(/there is no "third"/u)
    const anchored = 'penstock: 1\nconnections:\n  a: { brokers: &b ["a:1"] }\n  c: { brokers: *b }\n'
    expect(() => removeConnection(anchored, 'a')).toThrow(/edit it by hand/u)
  })
})

describe('a draft', () => {
  const text = fc.string({ minLength: 1, maxLength: 20 }).filter((value) => value.trim() !== '')
  const secret = fc.oneof(fc.record({ env: text }), fc.record({ secret: text }))
  const draft: fc.Arbitrary<ConnectionDraft> = fc.record({
    name: fc.constantFrom('local', 'other', 'third'),
    brokers: fc.array(fc.constantFrom('a:1', '[::1]:9092', '10.0.0.1:9092'), { minLength: 1, maxLength: 3 }),
    tls: fc.constantFrom(null, {}, { ca: 'ca.pem', serverName: 'broker' }),
    sasl: fc.oneof(
      fc.constant(null),
      fc.record({ mechanism: fc.constant('plain' as const), username: text, password: secret }),
      fc.record({ mechanism: fc.constant('oauthbearer' as const), token: secret }),
      fc.record({
        mechanism: fc.constant('oauthbearer' as const),
        tokenUrl: fc.constant('https://login.example/token'),
        clientId: text,
        clientSecret: secret,
      }),
      fc.record({ mechanism: fc.constant('aws-msk-iam' as const), region: text }),
    ),
    registry: fc.oneof(
      fc.constant(null),
      fc.constant({ url: 'http://127.0.0.1:8081' }),
      fc.record({ url: fc.constant('http://127.0.0.1:8081'), username: text, password: secret }),
    ),
    writes: fc.boolean(),
    production: fc.boolean(),
    color: fc.constantFrom(null, '#d03030'),
  })

  it('comes back from the file as it was, whatever it followed', () => {
    fc.assert(
      fc.property(fc.array(draft, { minLength: 1, maxLength: 4 }), (drafts) => {
        let text = written
        for (const one of drafts) text = setConnection(text, one.name, fileOfDraft(one))
        const parsed = parseWorkspace(text, '/work/penstock.yaml')
        const last = drafts.at(-1)
        if (!('workspace' in parsed)) throw new Error(JSON.stringify(parsed.problems))
        const found = parsed.workspace.connections.find(({ name }) => name === last?.name)
        expect(found === undefined ? null : draftOfConnection(found, '/work')).toEqual(last)
        expect(text).toContain('# sources\nsources:\n  flights:  { kafka:')
        expect(text).toContain('# how to log in')
      }),
    )
  })
})
