import { expect, it } from 'vitest'
import { SubjectReader } from '../../../../src-main/engine/cluster/subject-reader.ts'

const found = [{ subject: 't-value', id: 1, version: 2, type: 'AVRO' }]

it('asks a registry once for what several ask, and tells its error', async () => {
  const asked: string[] = []
  const reader = new SubjectReader((connection, topic) => {
    asked.push(`${connection} ${topic}`)
    return topic === 'broken' ? Promise.reject(new Error('no registry')) : Promise.resolve(found)
  })
  expect(await reader.of('c', 't')).toEqual(found)
  expect(await reader.of('c', 't')).toEqual(found)
  await expect(reader.of('c', 'broken')).rejects.toThrow('no registry')
  expect(asked).toEqual(['c t', 'c broken'])
})
