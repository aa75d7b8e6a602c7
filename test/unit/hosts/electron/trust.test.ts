import { describe, expect, it } from 'vitest'
import {
  isAllowedPermission,
  isConsoleUrl,
  isLocalResource,
  isTrustedSender,
} from '../../../../src-main/hosts/electron/trust.ts'

const outside = [
  'https://example.com/',
  'file:///etc/passwd',
  'penstock://other/',
  'penstock://console.evil/',
  'penstock://console@evil/',
  'penstock://user@console/',
  'penstock:console',
  'javascript:alert(1)',
  'about:blank',
  'not an address',
  '',
]

describe('trust', () => {
  it.each(outside)('takes %s for no page of the console', (url) => {
    expect(isConsoleUrl(url)).toBe(false)
    expect(isTrustedSender({ url, parent: null })).toBe(false)
    expect(isAllowedPermission('clipboard-sanitized-write', url)).toBe(false)
  })

  it.each(['penstock://console/', 'penstock://console/query/2?x=1#y'])(
    'takes %s for a page of the console',
    (url) => {
      expect(isConsoleUrl(url)).toBe(true)
      expect(isTrustedSender({ url, parent: null })).toBe(true)
    },
  )

  it('trusts the top frame only', () => {
    expect(isTrustedSender({ url: 'penstock://console/', parent: {} })).toBe(false)
    expect(isTrustedSender(null)).toBe(false)
  })

  it('grants nothing but writing text to the clipboard', () => {
    const granted = [
      'clipboard-sanitized-write',
      'clipboard-read',
      'media',
      'notifications',
      'geolocation',
      'openExternal',
    ]
    expect(granted.filter((name) => isAllowedPermission(name, 'penstock://console/'))).toEqual([
      'clipboard-sanitized-write',
    ])
  })

  it('loads nothing from outside', () => {
    expect(
      [
        'penstock://console/a.js',
        'data:image/png;base64,AA==',
        'blob:penstock://console/1',
        'devtools://devtools/x',
      ].map(isLocalResource),
    ).toEqual([true, true, true, true])
    expect(
      ['https://example.com/', 'http://127.0.0.1/', 'ws://127.0.0.1/', 'file:///x', 'penstock://other/'].map(
        isLocalResource,
      ),
    ).toEqual([false, false, false, false, false])
  })
})
