/** Tokens for OAUTHBEARER: from a token endpoint (RFC 6749, section 4.4), or signed for AWS MSK. */
import { AppError } from '#contract/errors.ts'
import { z } from 'zod'
import type { SaslSettings } from './connection-settings.ts'
import { hideSecrets } from './hide-secrets.ts'

export interface OauthToken {
  value: string
}

type TokenEndpoint = Extract<SaslSettings, { tokenUrl: string }>

const limitMs = 15_000
const tokenAnswer = z.object({ access_token: z.string().min(1) })
const faultAnswer = z.object({ error: z.string(), error_description: z.string().optional() })

/** @throws AppError CONNECTION_FAILED with the endpoint's own words; never with the secret */
export async function fetchToken({
  tokenUrl,
  clientId,
  clientSecret,
  scope,
}: TokenEndpoint): Promise<OauthToken> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...(scope === null ? {} : { scope }) })
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)
  try {
    const answer = await fetch(tokenUrl, {
      method: 'POST',
      body: form,
      headers: { authorization: `Basic ${basic.toString('base64')}`, accept: 'application/json' },
      signal: AbortSignal.timeout(limitMs),
    })
    const body: unknown = await answer.json().catch(() => null)
    const token = tokenAnswer.safeParse(body)
    if (answer.ok && token.success) return { value: token.data.access_token }
    const fault = faultAnswer.safeParse(body)
    const words = fault.success
      ? `${fault.data.error} ${fault.data.error_description ?? ''}`.trim()
      : 'no access_token in the answer'
    throw tokenFault(tokenUrl, hideSecrets(`${String(answer.status)} ${words}`, [clientSecret]))
  } catch (error) {
    if (error instanceof AppError) throw error
    const { message, cause } = error instanceof Error ? error : new Error(String(error))
    throw tokenFault(tokenUrl, cause instanceof Error ? cause.message : message, error)
  }
}

/** Signs with the credentials that AWS's own chain finds: environment, profile, role of the machine. */
export async function mskToken(region: string): Promise<OauthToken> {
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js')
  const { token } = await generateAuthToken({ region })
  return { value: token }
}

function tokenFault(tokenUrl: string, words: string, cause?: unknown): AppError {
  return new AppError('CONNECTION_FAILED', `${tokenUrl}: no token: ${words}`, {
    details: { phase: 'authenticate', words, retriable: true },
    cause,
  })
}
