import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { lockStore } from '../../../../src-main/engine/store/owner-lock.ts'

const base = mkdtempSync(path.join(tmpdir(), 'penstock-lock-'))
const folder = path.join(base, 'store')
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const lock = () => lockStore(folder, '/the/store.db', 'test')

describe('lockStore', () => {
  it('lets one in at a time and names the owner to the next', () => {
    const first = lock()
    expect(lock).toThrow(
      `the store /the/store.db is in use by process ${String(process.pid)} (penstock test, since `,
    )
    first.release(false)
    lock().release(false)
    expect(JSON.parse(readFileSync(path.join(folder, 'owner.json'), 'utf8'))).toMatchObject({ host: 'test' })
  })

  it('holds against other processes also after this one was refused', () => {
    const first = lock()
    expect(lock).toThrow('in use')
    const module = new URL('../../../../src-main/engine/store/owner-lock.ts', import.meta.url).href
    const attempt = `const { lockStore } = await import(${JSON.stringify(module)})
      try { lockStore(${JSON.stringify(folder)}, '/the/store.db', 'other'); console.log('taken') }
      catch (error) { console.log(error.code) }`
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', attempt]).toString()
    expect(said.trim()).toBe('STORE_IN_USE')
    first.release(false)
  })

  it('leaves nothing behind where it is to remove its files, and can be taken again', () => {
    lock().release(true)
    expect(existsSync(folder)).toBe(false)
    const again = lock()
    expect(lock).toThrow('in use')
    again.release(true)
  })
})
