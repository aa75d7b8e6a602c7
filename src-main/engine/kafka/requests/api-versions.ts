/** ApiVersions (18), version 0: which requests a broker answers, and in which versions. Every broker speaks it. */
import { checkError } from './error-codes.ts'
import type { KafkaRequest } from './request.ts'

/** Versions of each API by its key. */
export type ApiVersions = ReadonlyMap<number, { min: number; max: number }>

export const apiVersionsRequest: KafkaRequest<null, ApiVersions> = {
  name: 'ApiVersions',
  key: 18,
  minVersion: 0,
  maxVersion: 0,
  flexibleFrom: 3,
  write: () => undefined,
  read: (reader) => {
    checkError(reader.int16(), 'ApiVersions')
    const entries = reader.array(() => {
      const key = reader.int16()
      return [key, { min: reader.int16(), max: reader.int16() }] as const
    })
    return new Map(entries)
  },
}
