import { mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { answerPageRequest } from '../../../../src-main/hosts/electron/page-scheme.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-scheme-'))
  writeFileSync(path.join(folder, 'index.html'), 'console')
})

const ask = (url: string, method = 'GET'): Promise<Response> =>
  answerPageRequest({ url, method, headers: new Headers() }, folder)

describe('the pages of the window', () => {
  it('come from the built console, also for the address of a view', async () => {
    const answer = await ask('penstock://console/query/2')
    expect({
      status: answer.status,
      type: answer.headers.get('content-type'),
      body: await answer.text(),
    }).toEqual({
      status: 200,
      type: 'text/html; charset=utf-8',
      body: 'console',
    })
  })

  it.each([
    ['of another host', 'penstock://other/', 'GET', 403],
    ['outside the folder', 'penstock://console/%2e%2e%2fsecret.txt', 'GET', 404],
    ['that is not there', 'penstock://console/gone.js', 'GET', 404],
    ['with another method', 'penstock://console/', 'POST', 405],
    ['with HEAD', 'penstock://console/', 'HEAD', 200],
  ])('answer a request %s with its status and the policy', async (_name, url, method, status) => {
    const answer = await ask(url, method)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; .*connect-src 'self';/u,
    )
    expect(await answer.text()).toBe('')
  })
})
