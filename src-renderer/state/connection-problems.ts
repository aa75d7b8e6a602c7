/** What is wrong with the fields of the connection form, before anything is asked of anybody. Pure. */
import { addressesOf, isAddress, pairsOf } from './connection-addresses.ts'
import type { ConnectionFields, SecretField } from './connection-fields.ts'

/** What is wrong, by the field that it is about. */
export type FieldProblems = Partial<Record<keyof ConnectionFields, string>>

const namePattern = /^[\p{L}\p{N}_.-]{1,63}$/u

/**
 * What is wrong with the fields; an empty object where they make a draft.
 * @param taken names that other connections have
 */
export function problemsOf(fields: ConnectionFields, taken: readonly string[] = []): FieldProblems {
  const problems: FieldProblems = {}
  const need = (field: keyof ConnectionFields, text: string, words: string): void => {
    if (text.trim() === '') problems[field] = words
  }
  const brokers = addressesOf(fields.brokers)
  const wrong = brokers.find((broker) => !isAddress(broker))
  if (!namePattern.test(fields.name))
    problems.name = 'A name of letters, digits, dots, dashes and underscores'
  if (taken.includes(fields.name)) problems.name = 'There is a connection of this name already'
  if (brokers.length === 0) problems.brokers = 'At least one address, such as localhost:9092'
  else if (wrong !== undefined) problems.brokers = `“${wrong}” is no address: write host:port`
  if (fields.tls && (fields.cert.trim() === '') !== (fields.key.trim() === ''))
    problems.key = 'A client certificate needs both its file and its key'
  needOfMechanism(fields, need)
  if (fields.registryUrl !== '' && !/^https?:\/\/\S+$/.test(fields.registryUrl.trim()))
    problems.registryUrl = 'An address that begins with http:// or https://'
  if (fields.registryUrl !== '' && fields.registryPassword.text !== '')
    need('registryUser', fields.registryUser, 'A user name is needed with the password')
  if (pairsOf(fields.addresses) === null)
    problems.addresses = 'One pair a line, such as kafka-1:9092 = 127.0.0.1:19092'
  return problems
}

function needOfMechanism(
  fields: ConnectionFields,
  need: (field: keyof ConnectionFields, text: string, words: string) => void,
): void {
  switch (fields.mechanism) {
    case 'none':
      return
    case 'oauthbearer-token':
      need('token', textOf(fields.token), 'A token is needed')
      return
    case 'oauthbearer-client':
      need('tokenUrl', fields.tokenUrl, 'The address that gives tokens is needed')
      need('clientId', fields.clientId, 'A client id is needed')
      need('clientSecret', textOf(fields.clientSecret), 'A client secret is needed')
      return
    case 'aws-msk-iam':
      need('region', fields.region, 'A region is needed, such as eu-central-1')
      return
    default:
      need('username', fields.username, 'A user name is needed')
      need('password', textOf(fields.password), 'A password is needed')
  }
}

/** What stands for a secret: one that is kept needs no text. */
function textOf({ text, from, kept = '' }: SecretField): string {
  return text === '' && from === 'value' ? kept : text
}
