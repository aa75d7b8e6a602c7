/** The bootstrap's decisions: host Node, what counts as installed, when Electron is worth fetching. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { isSameInstall } from '../../../build/checkout/compare-lockfiles.js'
import { hostNodeProblem } from '../../../build/checkout/host-node.js'
import { projectRoot } from '../../../build/checkout/project-root.js'
import { callerFolder } from '../../../build/checkout/run-penstock.js'
import { isWanted } from '../../../build/fetch-electron.js'

describe('the Node of the host', () => {
  test('may be 20 or newer', () => {
    expect(
      ['20.0.0', '20.20.2', '24.21.0', '100.0.0'].map((version) => hostNodeProblem(version, 'node')),
    ).toEqual(['', '', '', ''])
  })

  test('is refused with its version, its path and what to do when it is older', () => {
    const message = hostNodeProblem('18.19.1', '/usr/bin/node')
    expect(message).toContain('needs Node 20 or newer; /usr/bin/node is Node 18.19.1')
    expect(message).toContain('Install a newer one')
  })
})

describe('packages that are installed already', () => {
  const wanted = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      'node_modules/b-darwin': { version: '2.0.0', integrity: 'sha512-b', optional: true },
    },
  }
  const a = wanted.packages['node_modules/a']

  test('are the locked ones where only optional ones are absent', () => {
    expect(isSameInstall(wanted, { packages: { 'node_modules/a': a } })).toBe(true)
  })

  test.each([
    ['a package is missing', {}],
    ['a version differs', { 'node_modules/a': { ...a, version: '1.0.1' } }],
    ['a hash differs', { 'node_modules/a': { ...a, integrity: 'sha512-x' } }],
    ['there is one more', { 'node_modules/a': a, 'node_modules/c': { version: '1.0.0' } }],
  ])('are not the locked ones where %s', (_what, packages) => {
    expect(isSameInstall(wanted, { packages })).toBe(false)
  })
})

describe('relative paths', () => {
  const own = path.join(projectRoot, 'package.json')

  test('begin where npm was called for a script of this package', () => {
    expect(callerFolder({ INIT_CWD: '/somewhere', npm_package_json: own })).toBe('/somewhere')
  })

  test('begin in the current folder for the command alone, also below the script of another package', () => {
    expect(callerFolder({})).toBe(process.cwd())
    expect(callerFolder({ INIT_CWD: '/somewhere', npm_package_json: '/nowhere/package.json' })).toBe(
      process.cwd(),
    )
  })
})

describe('fetching Electron', () => {
  const desktop = { env: { DISPLAY: ':0' }, platform: 'linux' as const, getuid: () => 1000 }

  test('is wanted on a desktop', () => {
    expect(isWanted(desktop)).toBe(true)
    expect(isWanted({ ...desktop, env: {}, platform: 'darwin' })).toBe(true)
  })

  test('is not wanted where its window could not open, or where it was declined', () => {
    expect(isWanted({ ...desktop, env: {} })).toBe(false)
    expect(isWanted({ ...desktop, getuid: () => 0 })).toBe(false)
    expect(isWanted({ ...desktop, env: { DISPLAY: ':0', PENSTOCK_NO_ELECTRON: '1' } })).toBe(false)
  })
})
