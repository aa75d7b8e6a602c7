import { createServer } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { RegistryClient } from '../../../../../src-main/engine/formats/registry/registry-client.ts'

const ends: (() => void)[] = []

afterEach(() => {
  for (const end of ends.splice(0)) end()
})

it('does not repeat a password that the registry says back', async () => {
  const server = createServer((_request, response) => {
    response.statusCode = 401
    response.end(JSON.stringify({ error_code: 401, message: 'not with s3cret-pw' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const port = typeof bound === 'object' ? bound?.port : undefined
  const basic = { username: 'reader', password: 's3cret-pw' }
  const client = new RegistryClient({ url: `http://127.0.0.1:${String(port)}`, basic, tls: null })
  ends.push(
    () => {
      client.close()
    },
    () => server.close(),
  )
  await expect(client.get(['subjects'], z.unknown(), { what: 'subjects' })).rejects.toMatchObject({
    code: 'SCHEMA_UNAVAILABLE',
    message: expect.stringMatching(/not with \*\*\*$/u) as string,
  })
})
