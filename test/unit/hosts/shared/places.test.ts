import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findEngineEntries } from '../../../../src-main/hosts/shared/entries.ts'
import {
  demoFolder,
  packageRoot,
  packageVersion,
  rendererFolder,
} from '../../../../src-main/hosts/shared/package-root.ts'
import { stateFolder } from '../../../../src-main/hosts/shared/state-folder.ts'

describe('engine entries', () => {
  it('are the sources in a checkout, and exist', () => {
    const entries = findEngineEntries()
    expect(Object.values(entries).map((url: URL) => existsSync(fileURLToPath(url)))).toEqual([
      true,
      true,
      true,
      true,
      true,
    ])
  })

  it('lie beside the host in a build', () => {
    const entries = findEngineEntries('file:///app/out/main/chunk-session-abc.js')
    expect(Object.values(entries).map(String)).toEqual([
      'file:///app/out/main/ingest.worker.js',
      'file:///app/out/main/store.worker.js',
      'file:///app/out/main/cluster.worker.js',
      'file:///app/out/main/query.process.js',
      'file:///app/out/main/snapshot.process.js',
    ])
  })
})

describe('package root', () => {
  it('is the same from the sources and from the build', () => {
    const root = path.resolve(import.meta.dirname, '../../../..')
    expect(packageRoot()).toBe(root)
    expect(packageRoot(`file://${root}/out/main/cli.js`)).toBe(root)
    expect([rendererFolder(), demoFolder()]).toEqual([
      path.join(root, 'out/renderer'),
      path.join(root, 'resources/demo'),
    ])
  })

  it('knows the version', () => {
    expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/u)
  })
})

describe('state folder', () => {
  const home = '/home/ada'
  it.each([
    ['its own variable', { PENSTOCK_STATE: '/tmp/x' }, 'linux', '/tmp/x'],
    ['XDG_STATE_HOME', { XDG_STATE_HOME: '/state' }, 'linux', '/state/penstock'],
    [
      'the usual place where XDG_STATE_HOME is relative',
      { XDG_STATE_HOME: 'x' },
      'linux',
      '/home/ada/.local/state/penstock',
    ],
    ['the usual place of Linux', { PENSTOCK_STATE: '' }, 'linux', '/home/ada/.local/state/penstock'],
    ['the usual place of macOS', {}, 'darwin', '/home/ada/Library/Application Support/Penstock'],
    ['LOCALAPPDATA', { LOCALAPPDATA: '/local' }, 'win32', '/local/Penstock'],
    ['the usual place of Windows', {}, 'win32', '/home/ada/AppData/Local/Penstock'],
  ] as const)('is %s', (_name, env, platform, expected) => {
    expect(stateFolder({ env, platform, home })).toBe(expected)
  })
})
