/** Opening connections, against a server of plain TCP that counts who comes. */
import { once } from 'node:events'
import net from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { BrokerConnection } from '../../../../../src-main/engine/kafka/client/broker-connection.ts'
import type { ConnectionSettings } from '../../../../../src-main/engine/kafka/client/connection-settings.ts'

it('does not connect where it was given up before', async () => {
  const server = net.createServer()
  let came = 0
  server.on('connection', (socket) => {
    came++
    socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const opening = BrokerConnection.open({ host: '127.0.0.1', port }, settings(port), {
    signal: AbortSignal.abort(new Error('given up')),
  })
  await expect(opening).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    details: { connection: 'test', words: 'given up' },
  })
  // Connections are taken in the order in which they come: with this one, an earlier one has been counted.
  const later = net.connect(port, '127.0.0.1')
  await once(later, 'close')
  expect(came).toBe(1)
})

function settings(port: number): ConnectionSettings {
  return {
    name: 'test',
    brokers: [{ host: '127.0.0.1', port }],
    clientId: 'penstock-test',
    tls: null,
    sasl: null,
    registry: null,
    addresses: new Map(),
    writes: false,
    connectTimeoutMs: 5000,
    requestTimeoutMs: 5000,
  }
}
