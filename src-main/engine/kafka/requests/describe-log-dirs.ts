/** DescribeLogDirs (35), versions 1 to 4: bytes on disk of every replica that one broker holds. */
import { checkError } from './error-codes.ts'
import type { KafkaRequest } from './request.ts'

/** Logs of one topic in one directory; the arrays go together. */
export interface TopicLogs {
  topic: string
  partitions: number[]
  bytes: number[]
  /** True for replicas that are being moved to this directory and do not serve yet. */
  isFuture: boolean[]
}

export interface LogDirectory {
  error: number
  path: string
  topics: TopicLogs[]
  /** Of the file system; -1 where not known. */
  totalBytes: number
  usableBytes: number
}

export const describeLogDirsRequest: KafkaRequest<null, LogDirectory[]> = {
  name: 'DescribeLogDirs',
  key: 35,
  minVersion: 1,
  maxVersion: 4,
  flexibleFrom: 2,
  // All topics.
  write: (writer) => writer.array(null, () => undefined).tags(),
  read: (reader, version) => {
    reader.int32()
    const overall = version >= 3 ? reader.int16() : 0
    const directories = reader.array(() => {
      const error = reader.int16()
      const path = reader.string()
      const topics = reader.array(() => {
        const logs: TopicLogs = { topic: reader.string(), partitions: [], bytes: [], isFuture: [] }
        reader.array(() => {
          logs.partitions.push(reader.int32())
          logs.bytes.push(Number(reader.int64()))
          reader.int64()
          logs.isFuture.push(reader.boolean())
          reader.tags()
        })
        reader.tags()
        return logs
      })
      const totalBytes = version >= 4 ? Number(reader.int64()) : -1
      const usableBytes = version >= 4 ? Number(reader.int64()) : -1
      reader.tags()
      return { error, path, topics, totalBytes, usableBytes }
    })
    checkError(overall, 'DescribeLogDirs')
    return directories
  },
}
