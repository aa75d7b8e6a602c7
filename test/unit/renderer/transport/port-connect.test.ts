import { createORPCClient } from '@orpc/client'
import type { ContractRouterClient } from '@orpc/contract'
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { describe, expect, it, vi } from 'vitest'
import { api } from '#contract/api.ts'
import { PortInbox, connectPort } from '../../../../src-renderer/transport/port-connect.ts'

/** Posts a port to the page as the preload does. */
function handOver(port: MessagePort, data: unknown = { type: 'penstock-port' }): void {
  window.dispatchEvent(new MessageEvent('message', { data, ports: [port], source: window }))
}

const newPort = (): MessagePort => new MessageChannel().port1

describe('the inbox of ports', () => {
  it('gives a port that came before it was asked for', async () => {
    const inbox = new PortInbox(window)
    const port = newPort()
    handOver(port)
    expect(await inbox.next()).toBe(port)
  })

  it('waits for the first port without asking, and asks for later ones', async () => {
    const inbox = new PortInbox(window)
    const asked = vi.spyOn(window, 'postMessage')
    const first = inbox.next()
    expect(asked).not.toHaveBeenCalled()
    handOver(newPort())
    await first
    const second = inbox.next()
    expect(asked).toHaveBeenCalledWith({ type: 'penstock-port-request' }, window.location.origin)
    const port = newPort()
    handOver(port)
    expect(await second).toBe(port)
    asked.mockRestore()
  })

  it('takes no port that comes with another word or from another window', async () => {
    vi.useFakeTimers()
    const inbox = new PortInbox(window)
    const next = inbox.next()
    handOver(newPort(), { type: 'something-else' })
    window.dispatchEvent(new MessageEvent('message', { data: { type: 'penstock-port' }, ports: [newPort()] }))
    await vi.advanceTimersByTimeAsync(5000)
    expect(await next).toBeNull()
    vi.useRealTimers()
  })

  it('carries calls over a real port, and knows when it is closed', async () => {
    const { port1, port2 } = new MessageChannel()
    const os = implement({ engine: api.engine })
    const router = os.router({
      engine: {
        pause: os.engine.pause.handler(() => ({ state: 'paused' })),
        resume: os.engine.resume.handler(() => ({ state: 'running' })),
      },
    })
    new RPCHandler(router).upgrade(port2)
    port2.start()
    const inbox = new PortInbox(window)
    handOver(port1)
    const result = await connectPort(inbox)
    if (result.kind !== 'open') throw new Error('no connection')
    const client: ContractRouterClient<typeof api> = createORPCClient(result.connection.link)
    expect(await client.engine.pause()).toEqual({ state: 'paused' })
    expect(result.connection.isClosed()).toBe(false)
    port2.close()
    await result.connection.closed
    expect(result.connection.isClosed()).toBe(true)
  })

  it('makes an unreachable connection where no port comes in time', async () => {
    vi.useFakeTimers()
    const result = connectPort(new PortInbox(window))
    await vi.advanceTimersByTimeAsync(5000)
    expect(await result).toEqual({ kind: 'unreachable' })
    vi.useRealTimers()
  })
})
