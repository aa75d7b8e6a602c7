/** SaslHandshake (17), version 1: asks for a mechanism; the answer names those that the listener takes. */
import type { KafkaRequest } from './request.ts'

export interface SaslHandshake {
  /** Error code; UNSUPPORTED_SASL_MECHANISM where the listener does not take the one that was asked for. */
  error: number
  mechanisms: string[]
}

export const saslHandshakeRequest: KafkaRequest<string, SaslHandshake> = {
  name: 'SaslHandshake',
  key: 17,
  minVersion: 1,
  maxVersion: 1,
  flexibleFrom: 2,
  write: (writer, _version, mechanism) => {
    writer.string(mechanism)
  },
  read: (reader) => ({ error: reader.int16(), mechanisms: reader.array(() => reader.string()) }),
}
