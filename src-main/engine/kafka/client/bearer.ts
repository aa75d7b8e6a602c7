/**
 * SASL OAUTHBEARER (RFC 7628). kafkajs takes a token for accepted that the broker refuses in its answer instead of by an
 * error, so that every later answer would be read as something else.
 */
import type { RawSasl, RawSaslStep } from './kafkajs.ts'
import type { OauthToken } from './tokens.ts'

const lengthBytes = 4
/** What a client sends after a refusal; the broker then answers with an error. */
const acknowledgement = '\u0001'

/** @param getToken asked each time that a connection authenticates */
export function bearer(getToken: () => Promise<OauthToken>): RawSasl {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const { value } = await getToken()
        const answer = await saslAuthenticate(step(`n,,\u0001auth=Bearer ${value}\u0001\u0001`))
        const refusal = answer?.subarray(lengthBytes).toString() ?? ''
        if (refusal === '') return
        await saslAuthenticate(step(acknowledgement))
        throw new Error(refusal)
      },
    }),
  }
}

function step(text: string): RawSaslStep {
  const bytes = Buffer.from(text)
  const framed = Buffer.alloc(lengthBytes + bytes.length)
  framed.writeInt32BE(bytes.length)
  bytes.copy(framed, lengthBytes)
  const same = (answer: Buffer): Promise<Buffer> => Promise.resolve(answer)
  return { request: { encode: () => Promise.resolve(framed) }, response: { decode: same, parse: same } }
}
