/** Tokens for AWS MSK: the library is loaded when one is asked for, and not before. */
import { expect, it, vi } from 'vitest'

const loads = vi.hoisted(() => ({ count: 0, regions: [] as string[] }))

vi.mock('aws-msk-iam-sasl-signer-js', () => {
  loads.count += 1
  return {
    generateAuthToken: ({ region }: { region: string }) => {
      loads.regions.push(region)
      return Promise.resolve({ token: `signed for ${region}`, expiryTime: 0 })
    },
  }
})

it('loads the library of AWS only when a token is asked for', async () => {
  const { saslOf } = await import('../../../../src-main/engine/kafka/client/sasl.ts')
  const { mskToken } = await import('../../../../src-main/engine/kafka/client/tokens.ts')
  saslOf({ mechanism: 'plain', username: 'a', password: 'b' })
  saslOf({ mechanism: 'aws-msk-iam', region: 'eu-central-1' })
  expect(loads.count).toBe(0)
  expect(await mskToken('eu-central-1')).toEqual({ value: 'signed for eu-central-1' })
  await mskToken('us-east-1')
  expect(loads).toEqual({ count: 1, regions: ['eu-central-1', 'us-east-1'] })
})
