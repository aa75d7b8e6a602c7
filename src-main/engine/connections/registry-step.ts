/** Registry: asks the schema registry for its subjects, with the credentials and TLS that decoding will use. */
import { AppError } from '#contract/errors.ts'
import { z } from 'zod'
import { RegistryClient } from '../formats/registry/registry-client.ts'
import type { ConnectionSettings, RegistrySettings } from '../kafka/client/connection-settings.ts'
import { connectAdvice, resolveAdvice, type SeenFault, seenFault, tlsAdvice } from './advice.ts'
import type { TestSteps } from './test-steps.ts'

export async function testRegistry(
  { registry }: ConnectionSettings,
  steps: TestSteps,
  signal: AbortSignal,
): Promise<void> {
  if (registry === null) {
    steps.skip('registry', 'the connection has none')
    return
  }
  steps.begin('registry')
  let client: RegistryClient | null = null
  try {
    client = new RegistryClient(registry)
    const subjects = await client.get(['subjects'], z.array(z.string()), { what: 'subjects', signal })
    const found = subjects?.length ?? 0
    steps.pass('registry', `${client.address}: ${String(found)} subject${found === 1 ? '' : 's'}`)
  } catch (error) {
    signal.throwIfAborted()
    steps.fail('registry', { error: seenFault(error).words, advice: registryAdvice(error, registry) })
  } finally {
    client?.close()
  }
}

function registryAdvice(error: unknown, registry: RegistrySettings): string {
  const status = error instanceof AppError ? error.details['status'] : undefined
  if (status === 401) return 'Check `username:` and `password:` of the registry.'
  if (status === 403) return 'This user may not list subjects: give it the right to read them.'
  if (status === 404) {
    return 'There is a web server and no registry under this path. Some registries have one, for example /apis/ccompat/v7.'
  }
  if (typeof status === 'number' && status >= 300 && status < 400)
    return 'Write the address that it sends to as `url:`.'
  if (typeof status === 'number')
    return 'Check the address; if it is right, look into the log of the registry.'
  return networkAdvice(seenFault(error), registry)
}

function networkAdvice(fault: SeenFault, registry: RegistrySettings): string {
  const { code, words } = fault
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return resolveAdvice(fault)
  const isTls = /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO|EPROTO/u.test(code ?? '')
  if (isTls && /wrong version|packet length/iu.test(words))
    return 'This port speaks http: write http:// in `url:`.'
  if (isTls) return tlsAdvice(fault, { tls: registry.tls }, false)
  if (registry.url.startsWith('http:') && /parse error|socket hang up|expected http/iu.test(words)) {
    return 'If this port speaks TLS, write https:// in `url:`.'
  }
  return connectAdvice(fault)
}
