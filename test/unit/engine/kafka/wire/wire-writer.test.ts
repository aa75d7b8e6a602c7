import { describe, expect, it } from 'vitest'
import { WireReader } from '../../../../../src-main/engine/kafka/wire/wire-reader.ts'
import { WireWriter } from '../../../../../src-main/engine/kafka/wire/wire-writer.ts'

describe('WireWriter', () => {
  it('keeps every field of a request that outgrows its first buffer', () => {
    const numbers = Array.from({ length: 3000 }, (_, index) => index)
    const writer = new WireWriter(true).int8(7)
    writer.array(numbers, (index) => {
      writer
        .int8(index % 100)
        .int16(index)
        .int32(index)
        .int64(BigInt(index))
        .uvarint(index)
    })
    const reader = new WireReader(writer.bytes, true)
    expect(reader.int8()).toBe(7)
    const read = reader.array(() => [
      reader.int8(),
      reader.int16(),
      reader.int32(),
      Number(reader.int64()),
      reader.uvarint(),
    ])
    expect(read).toEqual(numbers.map((index) => [index % 100, index, index, index, index]))
    expect(reader.left).toBe(0)
  })
})
