/** A source of users with masks in every place that can have one, and records with secrets in them. */
import { parseWorkspace } from '../../src-main/workspace/parse.ts'
import type { Workspace } from '../../src-main/workspace/model.ts'

export const maskKey = 'a key of sixteen characters'
export const maskVariable = 'PENSTOCK_TEST_MASK_KEY'

/** What every secret begins with: all of it, and the part that no encoding of text changes. */
export const secretMarks = ['Xs3cret/"é', 'Xs3cret']

let made = 0
function secret(): string {
  return `Xs3cret/"é${String(++made)}`
}

/** What all columns and masks of the source mask; `n` says how the record fares. */
function user(n: number): { key: string; headers: Record<string, string>; value: Record<string, unknown> } {
  return {
    key: secret(),
    headers: { token: secret(), trace: `trace ${String(n)}` },
    value: {
      n,
      at: 1_700_000_000_000 + n,
      email: secret(),
      phone: `+41${secret()}`,
      ssn: secret(),
      note: secret(),
      address: { street: secret(), city: 'Bern' },
      cards: [{ number: `4111${secret()}` }, { number: `5222${secret()}`, kind: 'x' }],
    },
  }
}

/** What becomes of a record in the end. */
export type Fate = 'lands' | 'step' | 'type' | 'form' | 'syntax' | 'truncated' | 'utf8'
export const fates: readonly Fate[] = ['lands', 'step', 'type', 'form', 'syntax', 'truncated', 'utf8']

export interface MaskedRecord {
  key: string
  headers: Record<string, string>
  /** Text of the value. */
  value: string
  fate: Fate
}

/** @param n number of the record; its fate is by that */
export function maskedRecord(n: number): MaskedRecord {
  const fate = fates[n % fates.length] ?? 'lands'
  const { key, headers, value } = user(n)
  return { key, headers, fate, value: textOf(value, fate) }
}

function textOf(value: Record<string, unknown>, fate: Fate): string {
  switch (fate) {
    case 'lands':
    case 'utf8':
      return JSON.stringify(value)
    case 'step':
      return JSON.stringify({ ...value, plain: 'fails' })
    case 'type':
      return JSON.stringify({ ...value, n: 'no number' })
    case 'form':
      return JSON.stringify([value])
    case 'syntax':
      return JSON.stringify(value).replace('"note":', '"note":x')
    case 'truncated':
      return JSON.stringify(value).slice(0, -40)
  }
}

/** @param input of the source, as the file has it; `connections` may come before */
export function maskedWorkspace(folder: string, input: string, connections = ''): Workspace {
  const text = `penstock: 1
${connections}sources:
  users:
    ${input}
    columns:
      n: { type: integer, nullable: false }
      at: timestamp
      plain: text
      email: { type: text, mask: hash }
      email_again: { path: $.email, type: text, mask: hash }
      phone: { type: text, mask: { truncate: 3 } }
      ssn: { type: text, mask: drop }
      note: { type: text, mask: redact }
      who: { from: key, type: text, mask: hash }
      token: { from: header, header: token, type: text, mask: redact }
      headers: { from: headers, type: json }
      whole: { path: $, type: json }
    masks:
      $.address.street: redact
      $.cards[*].number: { truncate: 4 }
    mask_key: { env: ${maskVariable} }
    event_time: at
tables:
  users:
    source: users
    steps:
      - name: checked
        sql: SELECT *, CASE WHEN plain = 'fails' THEN json_extract(email, '$.a') END AS never FROM input
store: { mode: disk }
`
  const parsed = parseWorkspace(text, `${folder}/penstock.yaml`)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.workspace
}
