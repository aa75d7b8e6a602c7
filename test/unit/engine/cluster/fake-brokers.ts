/** Brokers that answer what a test says, by the name of the request; a request without an answer is a fault. */
import { BrokerReach } from '../../../../src-main/engine/cluster/broker-reach.ts'
import type { KafkaRequest } from '../../../../src-main/engine/kafka/requests/request.ts'

/** Newest version that a broker speaks; it speaks every older one too. */
const newestVersion = 100

export type Answers = Readonly<Record<string, (input: never, broker: number) => unknown>>

export interface Sent {
  broker: number
  name: string
  input: unknown
}

export interface FakeBrokers {
  reach: BrokerReach
  sent: Sent[]
}

/** @param versions newest version by name of the request, for brokers that are older */
export function fakeBrokers(answers: Answers, versions: Readonly<Record<string, number>> = {}): FakeBrokers {
  const sent: Sent[] = []
  const ask = async (broker: number, name: string, input: unknown): Promise<unknown> => {
    sent.push({ broker, name, input })
    const answer = answers[name]
    if (answer === undefined) throw new Error(`nothing is said about ${name}`)
    return await answer(input as never, broker)
  }
  const broker = (nodeId: number) =>
    Promise.resolve({
      send: async <Input, Output>(request: KafkaRequest<Input, Output>, input: Input): Promise<Output> =>
        (await ask(nodeId, request.name, input)) as Output,
      versionOf: (request: KafkaRequest<never, unknown>) =>
        Math.min(request.maxVersion, versions[request.name] ?? newestVersion),
    })
  return { reach: new BrokerReach({ broker }), sent }
}
