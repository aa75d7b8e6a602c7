/** SASL settings as kafkajs takes them; tokens are fetched when a connection authenticates, and again before they end. */
import { bearer } from './bearer.ts'
import type { SaslSettings } from './connection-settings.ts'
import type { RawSasl } from './kafkajs.ts'
import { fetchToken, mskToken } from './tokens.ts'

export function saslOf(settings: SaslSettings | null): RawSasl | null {
  if (settings === null) return null
  switch (settings.mechanism) {
    case 'plain':
    case 'scram-sha-256':
    case 'scram-sha-512':
      return { ...settings }
    case 'oauthbearer':
      return bearer(
        'token' in settings ? () => Promise.resolve({ value: settings.token }) : () => fetchToken(settings),
      )
    case 'aws-msk-iam':
      return bearer(() => mskToken(settings.region))
  }
}
