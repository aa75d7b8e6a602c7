import path from 'node:path'
import { expect, it } from 'vitest'
import {
  launchArguments,
  readHandedWorkspace,
  readLaunchWorkspace,
} from '../../../../src-main/hosts/electron/launch-options.ts'
import { menuTemplate } from '../../../../src-main/hosts/electron/menu.ts'

it('writes nothing where no workspace is named', () => {
  expect(launchArguments(null)).toEqual([])
})

it('reads back the workspace that was written, among switches of Chromium', () => {
  const written = launchArguments('pipelines/flights')
  const parameters = ['--disable-gpu', '.', ...written, '--remote-debugging-port=0']
  expect(readLaunchWorkspace(parameters)).toBe(path.resolve('pipelines/flights'))
})

it.each([[[]], [['--workspace=']], [['--workspace']], [['/some/file']]])(
  'names none for %j',
  (parameters) => {
    expect(readLaunchWorkspace(parameters)).toBeNull()
  },
)

it.each([
  [{ workspace: '/a' }, '/a'],
  [{ workspace: 1 }, null],
  [null, null],
  ['/a', null],
])('reads what a second start hands over: %j', (data, expected) => {
  expect(readHandedWorkspace(data)).toBe(expected)
})

it('has the application menu on macOS only', () => {
  expect([menuTemplate('darwin')[0], menuTemplate('linux')[0]]).toEqual([
    { role: 'appMenu' },
    { role: 'fileMenu' },
  ])
})
