import { describe, expect, it } from 'vitest'
import { handPortOver } from '../../../src-main/preload/port-handover.ts'
import type { MainChannel, PageWindow } from '../../../src-main/preload/port-handover.ts'

function setUp() {
  const sent: string[] = []
  const posted: { message: unknown; origin: string; ports: MessagePort[] }[] = []
  let onPort: Parameters<MainChannel['on']>[1] = () => undefined
  const loaded: (() => void)[] = []
  const listeners: ((event: { source: unknown; origin: string; data: unknown }) => void)[] = []
  const page: PageWindow = {
    location: { origin: 'penstock://console' },
    addEventListener: (
      event: string,
      listener: (event: { source: unknown; origin: string; data: unknown }) => void,
    ) => {
      if (event === 'message') listeners.push(listener)
      else
        loaded.push(() => {
          listener({ source: null, origin: '', data: null })
        })
    },
    postMessage: (message, origin, ports) => {
      posted.push({ message, origin, ports })
    },
  }
  handPortOver(page, {
    send: (channel) => {
      sent.push(channel)
    },
    on: (_channel, listener) => {
      onPort = listener
    },
  })
  return {
    page,
    sent,
    posted,
    load: () => {
      for (const listener of loaded) listener()
    },
    givePort: (ports: MessagePort[]) => {
      onPort({ ports })
    },
    say: (event: { source: unknown; origin: string; data: unknown }) => {
      for (const listener of listeners) listener(event)
    },
  }
}

describe('port hand-over', () => {
  it("asks for a port only once the page's scripts listen", () => {
    const { sent, load } = setUp()
    expect(sent).toEqual([])
    load()
    expect(sent).toEqual(['penstock-port'])
  })

  it('posts the port to the page, at its own origin only', () => {
    const { posted, givePort } = setUp()
    const { port1 } = new MessageChannel()
    givePort([port1])
    expect(posted).toEqual([
      { message: { type: 'penstock-port' }, origin: 'penstock://console', ports: [port1] },
    ])
    port1.close()
  })

  it('asks again when the page wants another port, and for nobody else', () => {
    const { page, sent, say } = setUp()
    const request = { type: 'penstock-port-request' }
    say({ source: {}, origin: 'penstock://console', data: request })
    say({ source: page, origin: 'https://example.com', data: request })
    say({ source: page, origin: 'penstock://console', data: { type: 'penstock-port' } })
    say({ source: page, origin: 'penstock://console', data: null })
    expect(sent).toEqual([])
    say({ source: page, origin: 'penstock://console', data: request })
    expect(sent).toEqual(['penstock-port'])
  })
})
