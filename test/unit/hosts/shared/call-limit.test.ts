import { expect, it } from 'vitest'
import { CallLimit } from '../../../../src-main/hosts/shared/call-limit.ts'

it('refuses a call beyond the limit without starting it, and takes calls again when others have ended', async () => {
  const limit = new CallLimit(1)
  const first = Promise.withResolvers<string>()
  const running = limit.run(() => first.promise)
  let isStarted = false
  const refused = limit.run(() => {
    isStarted = true
    return Promise.resolve()
  })
  await expect(refused).rejects.toMatchObject({ code: 'TOO_MANY_CALLS', details: { limit: 1 } })
  first.resolve('done')
  await expect(running).resolves.toBe('done')
  expect({ isStarted, running: limit.running }).toEqual({ isStarted: false, running: 0 })
})

it('frees the place of a call that failed', async () => {
  const limit = new CallLimit(1)
  await expect(limit.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  await expect(limit.run(() => Promise.resolve(1))).resolves.toBe(1)
})
