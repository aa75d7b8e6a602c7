/** Connections to clusters: how they stand, tested step by step, and the form that makes one. Secrets only ever go in. */
import { z } from 'zod'

export const saslMechanism = z.enum(['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer', 'aws-msk-iam'])
export type SaslMechanism = z.infer<typeof saslMechanism>

export const connectionName = z.string().min(1).max(63)

/** `idle`: nothing has asked for it yet. `waiting`: it failed and is tried again by itself. */
export const connectionState = z.enum(['idle', 'connecting', 'connected', 'waiting'])
export type ConnectionState = z.infer<typeof connectionState>

export const connectionView = z.object({
  name: connectionName,
  brokers: z.array(z.string()),
  tls: z.boolean(),
  sasl: saslMechanism.nullable(),
  /** Address of its schema registry without credentials, or null. */
  registry: z.string().nullable(),
  /** Whether Penstock may write to the cluster: produce, reproduce. */
  writes: z.boolean(),
  /** Marked as production in the workspace. */
  production: z.boolean(),
  /** Colour that marks it in the console, a CSS hex colour, or null. */
  color: z.string().nullable(),
  state: connectionState,
  /** Why it waits, in the broker's own words where there are any; empty otherwise. */
  reason: z.string(),
  /** Since when it is in this state, milliseconds since 1970. */
  since: z.number(),
  clusterId: z.string().nullable(),
  /** Sources and lookups of the workspace that read from it. */
  usedBy: z.array(z.string()),
})
export type ConnectionView = z.infer<typeof connectionView>

/** One step of a connection test, in the order in which they run. */
export const connectionStep = z.object({
  name: z.enum(['secrets', 'resolve', 'connect', 'tls', 'authenticate', 'metadata', 'fetch', 'registry']),
  state: z.enum(['pending', 'running', 'passed', 'failed', 'skipped']),
  /** What was found, for example "127.0.0.1, ::1" or "3 brokers, 214 topics"; why it was skipped. */
  detail: z.string(),
  /** The other side's own words; empty unless failed. */
  error: z.string(),
  /** The next thing to try; empty unless failed. */
  advice: z.string(),
  ms: z.number().nullable(),
})
export type ConnectionStep = z.infer<typeof connectionStep>

export const connectionTest = z.object({
  id: z.string(),
  /** Grows with each change. */
  version: z.number(),
  done: z.boolean(),
  steps: z.array(connectionStep),
})
export type ConnectionTest = z.infer<typeof connectionTest>

/** A value that may be secret: kept already under a name, taken from the environment, or typed in now. */
export const secretInput = z.union([
  z.object({ env: z.string().min(1).max(200) }),
  z.object({ secret: z.string().min(1).max(200) }),
  /** Goes to the secret store when the connection is saved, and is forgotten after a test. */
  z.object({ value: z.string().max(64 * 1024) }),
])
export type SecretInput = z.infer<typeof secretInput>

/** What the connection form holds. */
export const connectionDraft = z.object({
  name: connectionName,
  /** host:port, at least one. */
  brokers: z.array(z.string().min(1).max(300)).min(1).max(100),
  tls: z
    .object({
      /** Paths, absolute or relative to the workspace. */
      ca: z.string().max(4096).optional(),
      cert: z.string().max(4096).optional(),
      key: z.string().max(4096).optional(),
      keyPassphrase: secretInput.optional(),
      serverName: z.string().max(300).optional(),
    })
    .nullable(),
  sasl: z
    .union([
      z.object({ mechanism: z.literal('plain'), username: z.string().max(1000), password: secretInput }),
      z.object({
        mechanism: z.literal('scram-sha-256'),
        username: z.string().max(1000),
        password: secretInput,
      }),
      z.object({
        mechanism: z.literal('scram-sha-512'),
        username: z.string().max(1000),
        password: secretInput,
      }),
      z.object({ mechanism: z.literal('oauthbearer'), token: secretInput }),
      z.object({
        mechanism: z.literal('oauthbearer'),
        tokenUrl: z.string().max(2000),
        clientId: z.string().max(1000),
        clientSecret: secretInput,
        scope: z.string().max(1000).optional(),
      }),
      z.object({ mechanism: z.literal('aws-msk-iam'), region: z.string().max(100) }),
    ])
    .nullable(),
  registry: z
    .object({
      url: z.string().max(2000),
      username: z.string().max(1000).optional(),
      password: secretInput.optional(),
    })
    .nullable(),
  /** Advertised address to the one to use instead: port-forwards and tunnels. */
  addresses: z.record(z.string(), z.string()).optional(),
  writes: z.boolean(),
  production: z.boolean(),
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .nullable(),
})
export type ConnectionDraft = z.infer<typeof connectionDraft>
