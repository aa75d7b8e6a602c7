/** FindCoordinator (10), versions 1 to 4: which broker keeps a consumer group. */
import { checkError } from './error-codes.ts'
import type { KafkaRequest } from './request.ts'

export interface Coordinator {
  nodeId: number
  host: string
  port: number
}

const groupKeyType = 0

export const findCoordinatorRequest: KafkaRequest<string, Coordinator> = {
  name: 'FindCoordinator',
  key: 10,
  minVersion: 1,
  maxVersion: 4,
  flexibleFrom: 3,
  write: (writer, version, group) => {
    if (version <= 3) writer.string(group).int8(groupKeyType)
    else writer.int8(groupKeyType).array([group], (key) => writer.string(key))
    writer.tags()
  },
  read: (reader, version) => {
    reader.int32()
    if (version <= 3) {
      const error = reader.int16()
      const words = reader.nullableString()
      checkError(error, 'FindCoordinator', words)
      return { nodeId: reader.int32(), host: reader.string(), port: reader.int32() }
    }
    const [found] = reader.array(() => {
      reader.string()
      const coordinator = { nodeId: reader.int32(), host: reader.string(), port: reader.int32() }
      const error = reader.int16()
      const words = reader.nullableString()
      reader.tags()
      return { coordinator, error, words }
    })
    checkError(found?.error ?? -1, 'FindCoordinator', found?.words ?? null)
    return found?.coordinator ?? { nodeId: -1, host: '', port: 0 }
  },
}
