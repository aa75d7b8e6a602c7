import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { findStaticFile } from '../../../../src-main/hosts/shared/static-files.ts'

let root = ''
let folder = ''

beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'penstock-static-'))
  folder = path.join(root, 'console')
  mkdirSync(path.join(folder, 'assets'), { recursive: true })
  mkdirSync(path.join(root, 'console-secrets'))
  writeFileSync(path.join(root, 'secret.txt'), 'secret')
  writeFileSync(path.join(root, 'console-secrets', 'a.txt'), 'secret')
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html>')
  writeFileSync(path.join(folder, '.hidden.txt'), 'hidden')
  writeFileSync(path.join(folder, 'icon.svg'), '<svg/>')
  writeFileSync(path.join(folder, 'assets', 'index-Ab3dEf9_.js'), 'export {}')
  symlinkSync(path.join(root, 'secret.txt'), path.join(folder, 'link.txt'))
})

describe('static files', () => {
  it.each([
    ['/', 'index.html', 'text/html; charset=utf-8', 'no-store'],
    ['/pipelines/late_flights', 'index.html', 'text/html; charset=utf-8', 'no-store'],
    ['/icon.svg', 'icon.svg', 'image/svg+xml', 'no-cache'],
    [
      '/assets/index-Ab3dEf9_.js',
      'assets/index-Ab3dEf9_.js',
      'text/javascript; charset=utf-8',
      'private, max-age=31536000, immutable',
    ],
  ])('finds %s', async (urlPath, file, contentType, cacheControl) => {
    await expect(findStaticFile(folder, { urlPath, accept: '*/*' })).resolves.toMatchObject({
      file: path.join(folder, file),
      contentType,
      cacheControl,
    })
  })

  it.each([
    ['an asset that is not there', '/assets/gone-12345678.js'],
    ['a folder', '/assets/x.js/y.js'],
    ['a parent folder', '/../secret.txt'],
    ['an encoded parent folder', '/%2e%2e/secret.txt'],
    ['an encoded slash', '/..%2fsecret.txt'],
    ['an encoded backslash', '/..%5csecret.txt'],
    ['a sibling with the same start', '/../console-secrets/a.txt'],
    ['a link that leads out', '/link.txt'],
    ['a hidden file', '/.hidden.txt'],
    ['a zero byte', '/icon.svg%00.html'],
    ['a drive', '/c:/windows/win.ini'],
    ['broken encoding', '/%zz.js'],
  ])('finds nothing for %s', async (_name, urlPath) => {
    await expect(findStaticFile(folder, { urlPath, accept: '*/*' })).resolves.toBeNull()
  })

  it('gives the console for a page whose address holds a dot, and no page for anything unsafe', async () => {
    const page = await findStaticFile(folder, { urlPath: '/topics/orders.v1', accept: 'text/html,*/*' })
    expect(page?.file).toBe(path.join(folder, 'index.html'))
    const unsafe = await findStaticFile(folder, { urlPath: '/..%2fsecret.txt', accept: 'text/html' })
    expect(unsafe).toBeNull()
  })

  it('never leaves its folder, whatever the path', async () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '%2e',
      '%2f',
      '%5c',
      '/',
      '\\',
      'secret.txt',
      'assets',
      'a',
      '%00',
      ':',
      '~',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part), async (parts) => {
        const found = await findStaticFile(folder, { urlPath: `/${parts.join('/')}`, accept: 'text/html' })
        expect(found === null || found.file.startsWith(folder + path.sep)).toBe(true)
      }),
    )
  })
})
