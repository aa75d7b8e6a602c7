/** Resolve, connect, tls, authenticate: opens the addresses of a connection in turn until one of them lets us in. */
import type { ConnectionStep } from '#contract/connections.ts'
import { BrokerConnection } from '../kafka/client/broker-connection.ts'
import type { ConnectPhase } from '../kafka/client/client-errors.ts'
import {
  type BrokerAddress,
  addressText,
  type ConnectionSettings,
} from '../kafka/client/connection-settings.ts'
import { saslMechanisms, speaksKafkaWithoutTls, speaksTls } from '../kafka/client/probes.ts'
import {
  authenticateAdvice,
  connectAdvice,
  isClientCertificateFault,
  resolveAdvice,
  type SeenFault,
  seenFault,
  tlsAdvice,
  versionsAdvice,
} from './advice.ts'
import type { StepFault, TestSteps } from './test-steps.ts'

export const openSteps = ['resolve', 'connect', 'tls', 'authenticate'] as const
export type OpenStep = (typeof openSteps)[number]

interface FailedAttempt {
  address: BrokerAddress
  /** How many steps had passed. */
  passed: number
  /** The steps as they stood. */
  kept: readonly ConnectionStep[]
  step: OpenStep
  fault: SeenFault
}

/** @returns the connection; null where no address lets us in, and the steps say why the one that came farthest did not */
export async function testOpening(
  settings: ConnectionSettings,
  steps: TestSteps,
  signal: AbortSignal,
): Promise<BrokerConnection | null> {
  const failed: FailedAttempt[] = []
  for (const address of settings.brokers) {
    steps.reset(openSteps)
    const attempt = await openOne(address, settings, steps, signal)
    if (attempt instanceof BrokerConnection) {
      skipUnasked(settings, steps)
      const others = failed.length === 0 ? '' : `; not reached: ${failed.map(attemptWords).join('; ')}`
      steps.pass('connect', addressText(address) + others)
      return attempt
    }
    failed.push(attempt)
  }
  const farthest = failed.reduce((best, one) => (rank(one) > rank(best) ? one : best), failedNowhere)
  await showFailure(farthest, failed, settings, { steps, signal })
  return null
}

const failedNowhere: FailedAttempt = {
  address: { host: '', port: 0 },
  passed: 0,
  kept: [],
  step: 'resolve',
  fault: { phase: 'resolve', code: null, words: 'the connection names no broker' },
}

function rank({ step, passed, address }: FailedAttempt): number {
  return openSteps.indexOf(step) + passed / 10 + (address.port === 0 ? -1 : 0)
}

async function openOne(
  address: BrokerAddress,
  settings: ConnectionSettings,
  steps: TestSteps,
  signal: AbortSignal,
): Promise<BrokerConnection | FailedAttempt> {
  const passed = new Set<OpenStep>()
  const pass = (step: OpenStep, detail: string): void => {
    passed.add(step)
    if (steps.state(step) === 'pending') steps.begin(step)
    steps.pass(step, detail)
    const next = openSteps[openSteps.indexOf(step) + 1]
    if (next !== undefined && isAsked(next, settings)) steps.begin(next)
  }
  steps.begin('resolve')
  const found: string[] = []
  try {
    return await BrokerConnection.open(address, settings, {
      signal,
      observe: (phase, detail) => {
        if (phase === 'resolve') {
          found.push(detail)
          pass('resolve', found.join(', '))
        } else if (phase === 'connect') {
          if (!passed.has('resolve')) pass('resolve', `${address.host} is an address`)
          pass('connect', detail)
          if (settings.tls === null && settings.sasl !== null) steps.begin('authenticate')
        } else if (phase === 'tls' || phase === 'authenticate') pass(phase, detail)
      },
    })
  } catch (error) {
    signal.throwIfAborted()
    const fault = seenFault(error)
    if (fault.phase === 'connect' && !passed.has('resolve')) pass('resolve', `${address.host} is an address`)
    const kept = steps.keep(openSteps)
    return { address, passed: passed.size, kept, step: stepOf(fault, settings), fault }
  }
}

function isAsked(step: OpenStep, { tls, sasl }: ConnectionSettings): boolean {
  if (step === 'tls') return tls !== null
  return step === 'authenticate' ? sasl !== null : true
}

function skipUnasked(settings: ConnectionSettings, steps: TestSteps): void {
  if (settings.tls === null) steps.skip('tls', 'the connection asks for no TLS')
  if (settings.sasl === null) steps.skip('authenticate', 'the connection has no login')
}

/** Versions are asked for before the login: what fails there is the port, or TLS that one side does not expect. */
function stepOf(fault: SeenFault, { tls }: ConnectionSettings): OpenStep {
  const steps: Record<ConnectPhase, OpenStep> = {
    resolve: 'resolve',
    connect: 'connect',
    tls: 'tls',
    // A broker that refuses the client certificate says so after the handshake of TLS 1.3.
    versions: tls === null || isClientCertificateFault(fault) || isSslFault(fault) ? 'tls' : 'connect',
    authenticate: 'authenticate',
  }
  return fault.phase === 'open' ? 'connect' : steps[fault.phase]
}

function isSslFault({ code }: SeenFault): boolean {
  return code?.startsWith('ERR_SSL') === true
}

interface Surroundings {
  steps: TestSteps
  signal: AbortSignal
}

async function showFailure(
  attempt: FailedAttempt,
  all: readonly FailedAttempt[],
  settings: ConnectionSettings,
  { steps, signal }: Surroundings,
): Promise<void> {
  steps.restore(attempt.kept)
  const { step, fault } = await diagnose(attempt, settings, signal)
  skipUnasked(settings, steps)
  const later = openSteps.slice(openSteps.indexOf(step) + 1).filter((name) => steps.state(name) !== 'skipped')
  steps.reset(later)
  const others = all.filter((one) => one !== attempt)
  const detail = [addressText(attempt.address), ...others.map(attemptWords)].join('; ')
  steps.fail(step, { ...fault, detail })
}

/** The step that is at fault, after a look at what the address does speak. */
async function diagnose(
  { address, step, fault }: FailedAttempt,
  settings: ConnectionSettings,
  signal: AbortSignal,
): Promise<{ step: OpenStep; fault: StepFault }> {
  const error =
    fault.code === null || fault.words.includes(fault.code) ? fault.words : `${fault.words} (${fault.code})`
  const say = (at: OpenStep, advice: string): { step: OpenStep; fault: StepFault } => ({
    step: at,
    fault: { error, advice },
  })
  if (step === 'resolve') return say(step, resolveAdvice(fault))
  if (step === 'tls' && settings.tls === null) {
    const isTls = await speaksTls(address, settings.connectTimeoutMs)
    return say(isTls ? 'tls' : 'connect', versionsAdvice(fault, isTls))
  }
  if (step === 'tls') {
    const isPlain = isHandshakeCut(fault) && (await speaksKafkaWithoutTls(address, settings, signal))
    return say(step, tlsAdvice(fault, settings, isPlain))
  }
  if (step === 'authenticate') {
    const asked = mechanismWord(settings)
    const mechanisms = await saslMechanisms(address, settings, asked, signal)
    return say(step, authenticateAdvice(fault, settings, mechanisms))
  }
  return say(step, fault.phase === 'versions' ? versionsAdvice(fault, false) : connectAdvice(fault))
}

/** Faults of TLS that a plain listener may be behind; others (a certificate) prove that TLS is spoken. */
function isHandshakeCut({ code, words }: SeenFault): boolean {
  return (
    code === null || code === 'ECONNRESET' || /wrong version|disconnected before|packet length/iu.test(words)
  )
}

function mechanismWord({ sasl }: ConnectionSettings): string {
  const mechanism = sasl?.mechanism ?? 'plain'
  return mechanism === 'aws-msk-iam' ? 'OAUTHBEARER' : mechanism.toUpperCase()
}

function attemptWords({ address, fault }: FailedAttempt): string {
  return `${addressText(address)}: ${fault.words}`
}
