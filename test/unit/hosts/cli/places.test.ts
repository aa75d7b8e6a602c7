import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { appWindowArguments, findAppBrowser } from '../../../../src-main/hosts/cli/app-browser.ts'
import { hasDisplay } from '../../../../src-main/hosts/cli/display.ts'
import { findElectron } from '../../../../src-main/hosts/cli/electron-binary.ts'
import { runElectron } from '../../../../src-main/hosts/cli/electron-process.ts'
import { workspacePath, workspacePathIfAny } from '../../../../src-main/hosts/cli/workspace-argument.ts'
import { windowReadyLine } from '../../../../src-main/hosts/electron/launch-options.ts'
import { demoFolder } from '../../../../src-main/hosts/shared/package-root.ts'

describe('the browser for an app window', () => {
  const find = (platform: NodeJS.Platform, env: Record<string, string>, programs: string[]): string | null =>
    findAppBrowser({ platform, env, home: '/home/ada', isProgram: (file) => programs.includes(file) })

  it.each([
    [
      'linux',
      { PATH: '/opt/bin:/usr/bin' },
      ['/usr/bin/google-chrome', '/opt/bin/microsoft-edge'],
      '/usr/bin/google-chrome',
    ],
    [
      'linux',
      { PATH: '/opt/bin:/usr/bin' },
      ['/usr/bin/chromium', '/usr/bin/google-chrome'],
      '/usr/bin/chromium',
    ],
    ['linux', { PATH: '.:bin' }, ['chromium', './chromium'], null],
    ['linux', {}, ['/usr/bin/chromium'], null],
    [
      'darwin',
      {},
      ['/home/ada/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
      '/home/ada/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    [
      'win32',
      { 'ProgramFiles(x86)': 'C:\\Program Files (x86)' },
      ['C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe'],
      'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    ],
  ] as const)('on %s is an installed one', (platform, env, programs, expected) => {
    expect(find(platform, env, [...programs])).toBe(expected)
  })

  it('is started with a profile of its own, without its sandbox only for the superuser', () => {
    const parameters = (isRoot: boolean): string[] =>
      appWindowArguments('http://127.0.0.1:1/', '/state/browser', isRoot)
    expect(parameters(false)).toEqual(
      expect.arrayContaining(['--app=http://127.0.0.1:1/', '--user-data-dir=/state/browser']),
    )
    expect(parameters(false)).not.toContain('--no-sandbox')
    expect(parameters(true)).toEqual([...parameters(false), '--no-sandbox'])
  })
})

it.each([
  ['linux', {}, false],
  ['linux', { DISPLAY: '' }, false],
  ['linux', { DISPLAY: ':0' }, true],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['darwin', {}, true],
  ['win32', {}, true],
] as const)('a display on %s with %j: %s', (platform, env, expected) => {
  expect(hasDisplay(env, platform)).toBe(expected)
})

describe('the workspace', () => {
  it('is the path given, the current folder, or the demo', () => {
    expect([
      workspacePath({ path: 'a', demo: false }, '/work'),
      workspacePath({ path: undefined, demo: false }, '/work'),
      workspacePath({ path: undefined, demo: true }, '/work'),
    ]).toEqual(['/work/a', '/work', demoFolder()])
  })

  it('is none for the console where nothing is named and the current folder holds none', () => {
    const empty = mkdtempSync(path.join(os.tmpdir(), 'penstock-place-'))
    expect([
      workspacePathIfAny({ path: undefined, demo: false }, empty),
      workspacePathIfAny({ path: 'a', demo: false }, empty),
      workspacePathIfAny({ path: undefined, demo: true }, empty),
    ]).toEqual([null, path.join(empty, 'a'), demoFolder()])
    writeFileSync(path.join(empty, 'penstock.yaml'), 'penstock: 1\n')
    expect(workspacePathIfAny({ path: undefined, demo: false }, empty)).toBe(empty)
    rmSync(empty, { recursive: true })
  })

  it('cannot be both', () => {
    expect(() => workspacePath({ path: 'a', demo: true })).toThrow('either a path or --demo')
  })
})

describe("Electron's program", () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'penstock-electron-'))
  const electron = path.join(root, 'node_modules', 'electron')
  const place = { root, platform: 'linux', env: { DISPLAY: ':0' }, isRoot: false } as const

  it('is missing until it was fetched', () => {
    expect(findElectron(place)).toEqual({ reason: "Electron's binary is not installed" })
    mkdirSync(path.join(electron, 'dist'), { recursive: true })
    writeFileSync(path.join(electron, 'path.txt'), 'electron')
    expect(findElectron(place)).toEqual({ reason: "Electron's binary is not installed" })
    writeFileSync(path.join(electron, 'dist', 'electron'), '')
    expect(findElectron(place)).toEqual({ file: path.join(electron, 'dist', 'electron') })
  })

  it('is not used where the environment says so', () => {
    const env = { DISPLAY: ':0', PENSTOCK_NO_ELECTRON: '1' }
    expect(findElectron({ ...place, env })).toEqual({ reason: 'PENSTOCK_NO_ELECTRON is set' })
  })

  it('is not used without a display, nor by root on Linux', () => {
    expect(findElectron({ ...place, env: {} })).toEqual({ reason: 'there is no display' })
    expect(findElectron({ ...place, isRoot: true })).toEqual({ reason: 'Electron does not run as root' })
  })
})

describe('the process of the window', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'penstock-window-process-'))
  const program = (name: string, script: string): string => {
    const file = path.join(folder, name)
    writeFileSync(file, `#!/bin/sh\n${script}\n`)
    chmodSync(file, 0o755)
    return file
  }
  const run = (file: string) => runElectron({ file, root: '/app', workspace: '/work' })

  it('hands its exit code on once the window was ready', async () => {
    await expect(run(program('ready', `echo "${windowReadyLine}"; exit 3`))).resolves.toEqual({
      kind: 'ended',
      code: 3,
    })
  })

  it('is a reason to go on without it where it ends before that', async () => {
    await expect(run(program('broken', 'echo hello; exit 127'))).resolves.toEqual({
      kind: 'failed',
      reason: 'Electron ended at its start (exit code 127)',
    })
    await expect(run(program('killed', 'kill -SEGV $$'))).resolves.toEqual({
      kind: 'failed',
      reason: 'Electron ended at its start (SIGSEGV)',
    })
    await expect(run(path.join(folder, 'absent'))).resolves.toMatchObject({ kind: 'failed' })
  })

  it('is given application and workspace', async () => {
    const file = program('arguments', `test "$1 $2" = "/app --workspace=/work" && echo "${windowReadyLine}"`)
    await expect(run(file)).resolves.toEqual({ kind: 'ended', code: 0 })
  })
})
