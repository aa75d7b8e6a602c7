/** The connection test as a user who may do little, on a broker with access control lists. */
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs'
import { beforeAll, expect, test } from 'vitest'
import type { ConnectionStep } from '../../../src-main/contract/connections.ts'
import { testConnection } from '../../../src-main/engine/connections/test-connection.ts'
import { TestSteps } from '../../../src-main/engine/connections/test-steps.ts'
import { brokersOf, type TestCluster } from '../support/cluster.ts'
import { testUser } from '../support/listeners.ts'
import { ownCluster } from '../support/suite.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await ownCluster({
    listeners: ['plaintext', 'sasl'],
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
    },
  })
})

async function asTestUser(): Promise<ConnectionStep[]> {
  let shown: ConnectionStep[] = []
  const steps = new TestSteps((view) => {
    shown = view
  })
  const tested = {
    name: 'tested',
    brokers: brokersOf(cluster.address, 'sasl'),
    tls: null,
    sasl: { mechanism: 'plain', username: testUser.username, password: { env: 'PASSWORD' } },
    registry: null,
    addresses: new Map<string, string>(),
    writes: false,
    isProduction: false,
    color: null,
    timeoutMs: 5000,
    position: { line: 1, column: 1 },
  } as const
  const sources = {
    secrets: { read: () => Promise.resolve(null) },
    environment: { PASSWORD: testUser.password },
  }
  await testConnection(tested, sources, steps, new AbortController().signal)
  return shown
}

test('who may see no topic is told so, and who may see one and not read it fails at fetch', async () => {
  const admin = new Kafka({
    brokers: brokersOf(cluster.address, 'plaintext'),
    logLevel: logLevel.NOTHING,
  }).admin()
  await admin.connect()
  const topic = 'guarded'
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
  const blind = await asTestUser()
  expect(blind.find(({ name }) => name === 'fetch')).toMatchObject({
    state: 'skipped',
    detail: 'no topic is there, or none that this user may see',
  })
  const acl = {
    principal: `User:${testUser.username}`,
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: AclResourceTypes.TOPIC,
    resourceName: topic,
    resourcePatternType: ResourcePatternTypes.LITERAL,
  }
  await admin.createAcls({ acl: [{ ...acl, operation: AclOperationTypes.DESCRIBE }] })
  const producer = new Kafka({
    brokers: brokersOf(cluster.address, 'plaintext'),
    logLevel: logLevel.NOTHING,
  }).producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ value: 'one' }] })
  await producer.disconnect()
  const unread = await asTestUser()
  expect(unread.find(({ name }) => name === 'fetch')).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('TOPIC_AUTHORIZATION_FAILED') as string,
    advice: expect.stringContaining('give it READ') as string,
  })
  await admin.createAcls({ acl: [{ ...acl, operation: AclOperationTypes.READ }] })
  const reader = await asTestUser()
  expect(reader.find(({ name }) => name === 'fetch')).toMatchObject({ state: 'passed' })
  await admin.disconnect()
})
