/** Whether a window can be shown to somebody here. Pure; called by the commands open and serve. */

/** On Linux and its kin a display server must be named; macOS and Windows always have one. */
export function hasDisplay(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): boolean {
  if (platform === 'darwin' || platform === 'win32') return true
  return [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((name) => name !== undefined && name !== '')
}
