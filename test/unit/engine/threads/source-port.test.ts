import { expect, it } from 'vitest'
import { limits } from '../../../../src-main/contract/limits.ts'
import { portBeside } from '../../../../src-main/engine/threads/source-port.ts'

const nobody = {
  batch: () => undefined,
  state: () => undefined,
  logEnds: () => undefined,
  event: () => undefined,
}
const receipt = (records: number, landMs: number) => ({
  ...{ kind: 'receipt' as const, source: 's/1', topic: 't', buffers: [] },
  ...{ records, landMs },
})

it('a run beside a source makes its batches as large as they land without holding others up', () => {
  const port = portBeside(nobody, false)
  expect(port.batchRecords).toBe(2048)
  port.stepAside(receipt(2048, 4))
  expect(port.batchRecords).toBe(limits.batchRecords)
  port.stepAside(receipt(16_384, 1600))
  expect(port.batchRecords).toBe(410)
  port.stepAside(receipt(410, 4000))
  expect(port.batchRecords).toBe(256)
  port.stepAside(receipt(0, 0))
  expect(port.batchRecords).toBe(256)
  port.stepAside(receipt(256, 0))
  expect(port.batchRecords).toBe(10_240)
})
