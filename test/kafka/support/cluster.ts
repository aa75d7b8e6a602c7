/** A Kafka cluster for tests: one or three KRaft brokers on free loopback ports, with the listeners that a suite asks for. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { BrokerNode } from './broker-node.ts'
import { type Certificates, makeCertificates } from './certificates.ts'
import {
  type Listener,
  type ListenerKind,
  listenerProperties,
  type NodePorts,
  scramArguments,
} from './listeners.ts'
import { freePorts } from './ports.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { ClusterTools } from './tools.ts'

export interface ClusterOptions {
  /** Address of the process of tools.ts. */
  toolsUrl: string
  brokers?: 1 | 3
  listeners?: readonly ListenerKind[]
  /** Ports of the first broker that should not be just any free one. */
  ports?: Partial<Record<ListenerKind, number>>
  /** More lines of server.properties. */
  properties?: Record<string, string>
}

/** What a test needs to know of a cluster; plain, so that it can be handed to other processes. */
export interface ClusterAddress {
  toolsUrl: string
  /** For Kafka's own tools: never proxied. */
  internal: string
  /** Addresses of the brokers by listener, in the order of their ids. */
  addresses: Partial<Record<ListenerKind, string[]>>
  certificates: Certificates | null
}

export class TestCluster {
  readonly address: ClusterAddress
  readonly tools: ClusterTools
  readonly nodes: readonly BrokerNode[]
  /** In the order of the nodes; empty without the listener `proxied`. */
  readonly proxies: readonly TcpProxy[]
  readonly #folder: string

  constructor(
    address: ClusterAddress,
    parts: { tools: ClusterTools; nodes: BrokerNode[]; proxies: TcpProxy[]; folder: string },
  ) {
    this.address = address
    this.tools = parts.tools
    this.nodes = parts.nodes
    this.proxies = parts.proxies
    this.#folder = parts.folder
  }

  brokers(kind: ListenerKind): string[] {
    return brokersOf(this.address, kind)
  }

  /** The node that leads a partition. */
  async leader(topic: string, partition = 0): Promise<BrokerNode> {
    const id = (await this.tools.leaders(topic))[partition]
    const node = this.nodes.find((one) => one.id === id)
    if (node === undefined) throw new Error(`${topic} has no leader`)
    return node
  }

  /** Ends every broker at once and removes all files. */
  async close(): Promise<void> {
    for (const node of this.nodes) node.resume()
    await Promise.all(this.nodes.map((node) => node.kill()))
    await Promise.all(this.proxies.map((proxy) => proxy.close()))
    rmSync(this.#folder, { recursive: true, force: true })
    await this.tools.forget()
  }
}

export function brokersOf(address: ClusterAddress, kind: ListenerKind): string[] {
  const found = address.addresses[kind]
  if (found === undefined) throw new Error(`the cluster has no listener ${kind}`)
  return found
}

export async function startCluster(options: ClusterOptions): Promise<TestCluster> {
  const { brokers = 1, listeners: kinds = ['plaintext'], toolsUrl } = options
  const folder = mkdtempSync(path.join(tmpdir(), 'penstock-kafka-'))
  const needsTls = kinds.some((kind) => !['plaintext', 'sasl', 'unreachable', 'proxied'].includes(kind))
  const certificates = needsTls ? await makeCertificates(folder) : null
  const proxies: TcpProxy[] = []
  const all: NodePorts[] = []
  const ports = await freePorts(brokers * (kinds.length + 3))
  for (let index = 0; index < brokers; index++) {
    const proxy = kinds.includes('proxied') ? await TcpProxy.start() : null
    const listeners = kinds.map((kind): Listener => {
      const wanted = index === 0 ? options.ports?.[kind] : undefined
      const port = wanted ?? ports.pop() ?? 0
      if (kind === 'proxied') return { kind, port, advertisedPort: proxy?.port ?? 0 }
      return { kind, port, advertisedPort: kind === 'unreachable' ? (ports.pop() ?? 0) : port }
    })
    if (proxy !== null) {
      proxy.targetPort = listeners.find(({ kind }) => kind === 'proxied')?.port ?? 0
      proxies.push(proxy)
    }
    all.push({ controller: ports.pop() ?? 0, internal: ports.pop() ?? 0, listeners })
  }
  const nodes = all.map((own, index) => new BrokerNode(index + 1, folder, properties(index + 1, all, own)))

  function properties(id: number, nodePorts: readonly NodePorts[], own: NodePorts): string[] {
    const more = Object.entries(options.properties ?? {}).map(([name, value]) => `${name}=${value}`)
    return [...nodeProperties(id, nodePorts, folder), ...listenerProperties(own, certificates), ...more]
  }

  const internal = all.map((own) => `127.0.0.1:${own.internal}`).join(',')
  const tools = new ClusterTools(toolsUrl, internal)
  const clusterId = newClusterId()
  for (const { propertiesFile } of nodes) {
    await tools.format(['format', '-t', clusterId, '-c', propertiesFile, ...scramArguments])
  }
  const address = { toolsUrl, internal, addresses: addressesOf(kinds, all), certificates }
  const cluster = new TestCluster(address, { tools, nodes, proxies, folder })
  try {
    await Promise.all(nodes.map((node) => node.start()))
    await tools.ready(brokers)
  } catch (error) {
    await cluster.close()
    throw error
  }
  return cluster
}

/** 16 bytes in base64, as Kafka makes them: never with a dash first, which the tools would take for an option. */
function newClusterId(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0)
  return bytes.toString('base64url')
}

/** Clients begin at the proxy, and at the true port of the listener that tells a wrong one. */
function addressesOf(
  kinds: readonly ListenerKind[],
  nodes: readonly NodePorts[],
): ClusterAddress['addresses'] {
  const portOf = (kind: ListenerKind, { listeners }: NodePorts): number => {
    const listener = listeners.find((one) => one.kind === kind)
    return (kind === 'proxied' ? listener?.advertisedPort : listener?.port) ?? 0
  }
  return Object.fromEntries(
    kinds.map((kind) => [kind, nodes.map((node) => `127.0.0.1:${portOf(kind, node)}`)]),
  )
}

function nodeProperties(id: number, nodes: readonly NodePorts[], folder: string): string[] {
  const voters = nodes.map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`)
  const copies = Math.min(3, nodes.length)
  return [
    'process.roles=broker,controller',
    `node.id=${id}`,
    `controller.quorum.voters=${voters.join(',')}`,
    `log.dirs=${path.join(folder, `node-${id}`, 'data')}`,
    // A dead broker is noticed after 3 s instead of 9.
    'broker.session.timeout.ms=3000',
    'broker.heartbeat.interval.ms=500',
    'num.network.threads=1',
    'num.io.threads=4',
    'background.threads=2',
    'log.cleaner.dedupe.buffer.size=16777216',
    'message.max.bytes=67108864',
    'replica.fetch.max.bytes=67108864',
    `default.replication.factor=${copies}`,
    'offsets.topic.num.partitions=4',
    `offsets.topic.replication.factor=${copies}`,
    'transaction.state.log.num.partitions=4',
    `transaction.state.log.replication.factor=${copies}`,
    `transaction.state.log.min.isr=${Math.max(1, copies - 1)}`,
    `min.insync.replicas=${Math.max(1, copies - 1)}`,
  ]
}
