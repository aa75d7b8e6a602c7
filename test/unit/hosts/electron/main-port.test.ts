import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { mainPortConnection } from '../../../../src-main/hosts/electron/main-port.ts'

class FakeMainPort extends EventEmitter {
  readonly posted: unknown[] = []
  isStarted = false
  isClosed = false

  postMessage(message: unknown): void {
    this.posted.push(message)
  }

  start(): void {
    this.isStarted = true
  }

  close(): void {
    this.isClosed = true
    this.emit('close')
  }
}

it('starts when somebody listens, hands messages on, and posts nothing once closed', () => {
  const port = new FakeMainPort()
  const connection = mainPortConnection(port)
  const events: unknown[] = []
  expect(port.isStarted).toBe(false)
  connection.onMessage((data) => events.push(data))
  connection.onClose(() => events.push('closed'))
  expect(port.isStarted).toBe(true)
  port.emit('message', { data: 'hello' })
  connection.post('answer')
  connection.close()
  connection.post('too late')
  expect({ events, posted: port.posted, isClosed: port.isClosed }).toEqual({
    events: ['hello', 'closed'],
    posted: ['answer'],
    isClosed: true,
  })
})
