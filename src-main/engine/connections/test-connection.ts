/**
 * Tests a connection step by step: secrets, resolve, connect, tls, authenticate, metadata, fetch, registry. Says which one
 * failed, in the other side's words, and what to try next. Main process; needs no workspace that is open; writes nothing.
 */
import { nextStepOf, toErrorShape } from '#contract/errors.ts'
import type { Connection } from '../../workspace/model.ts'
import type { ConnectionSettings } from '../kafka/client/connection-settings.ts'
import { tlsFilesFault } from '../kafka/client/probes.ts'
import { testFetch } from './fetch-step.ts'
import { testMetadata } from './metadata-step.ts'
import { openSteps, testOpening } from './open-steps.ts'
import { testRegistry } from './registry-step.ts'
import { resolveSettings, type SecretSources } from './resolve-settings.ts'
import type { TestSteps } from './test-steps.ts'

/**
 * Runs the test to its end; faults are in the steps.
 * @param signal stops it at once; then the rest is skipped
 */
export async function testConnection(
  connection: Connection,
  sources: SecretSources,
  steps: TestSteps,
  signal: AbortSignal,
): Promise<void> {
  try {
    const settings = await testSecrets(connection, sources, steps)
    if (settings === null) return
    await testCluster(settings, steps, signal)
    await testRegistry(settings, steps, signal)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    steps.skipRest(signal.aborted ? 'stopped' : 'an earlier step failed')
  }
}

async function testSecrets(
  connection: Connection,
  sources: SecretSources,
  steps: TestSteps,
): Promise<ConnectionSettings | null> {
  steps.begin('secrets')
  try {
    const settings = await resolveSettings(connection, sources)
    steps.hide(secretsOf(settings))
    const fault = filesFault(settings)
    if (fault === null) {
      steps.pass('secrets', wantsAny(settings) ? 'secrets and files are there' : 'none are needed')
      return settings
    }
    steps.fail('secrets', {
      error: fault,
      advice: 'Check that the files are PEM, that key and certificate belong together, and the passphrase.',
    })
  } catch (error) {
    const shape = toErrorShape(error)
    const advice =
      shape.code === 'CONNECTION_FAILED'
        ? 'Check the path: it is taken from the folder of penstock.yaml.'
        : nextStepOf(shape)
    steps.fail('secrets', { error: shape.message, advice })
  }
  return null
}

function filesFault({ tls, registry }: ConnectionSettings): string | null {
  const files = [tls, registry?.tls ?? null].filter((one) => one !== null)
  return files.map(tlsFilesFault).find((fault) => fault !== null) ?? null
}

function wantsAny(settings: ConnectionSettings): boolean {
  return secretsOf(settings).length > 0 || typeof settings.tls?.ca === 'string'
}

/** Everything of the settings that must not be shown. */
function secretsOf({ sasl, tls, registry }: ConnectionSettings): string[] {
  const values: (string | null)[] = [
    sasl !== null && 'password' in sasl ? sasl.password : null,
    sasl !== null && 'token' in sasl ? sasl.token : null,
    sasl !== null && 'clientSecret' in sasl ? sasl.clientSecret : null,
    tls?.passphrase ?? null,
    tls?.key ?? null,
    registry?.basic?.password ?? null,
    registry?.tls?.passphrase ?? null,
    registry?.tls?.key ?? null,
  ]
  return values.filter((value) => value !== null)
}

async function testCluster(
  settings: ConnectionSettings,
  steps: TestSteps,
  signal: AbortSignal,
): Promise<void> {
  const opened = await testOpening(settings, steps, signal)
  if (opened === null) return
  try {
    const cluster = await testMetadata(opened, settings, steps, signal)
    if (cluster === null) return
    try {
      await testFetch(cluster, steps, signal)
    } finally {
      for (const broker of cluster.brokers.values()) broker.close()
    }
  } finally {
    opened.close()
    for (const name of [...openSteps, 'metadata', 'fetch'] as const) {
      if (steps.state(name) === 'pending') steps.skip(name, 'an earlier step failed')
    }
  }
}
