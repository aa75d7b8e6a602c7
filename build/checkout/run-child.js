/** Runs child processes so that none is left behind: signals go on to them, and their end is awaited. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/** @type {readonly NodeJS.Signals[]} */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** How often a script of npm looks whether its parent is still there. */
const parentCheckMs = 200

/**
 * @typedef {object} ChildOptions
 * @property {string | undefined} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [limitMs] longest it may run; then it and all it started are killed
 *
 * @typedef {object} ChildEnd
 * @property {number} code exit code; 128 and the signal's number where a signal ended it, 127 where it did not start
 * @property {string} output everything it wrote, in order of arrival; empty for an attached child
 * @property {boolean} timedOut
 */

/**
 * Runs a child on this terminal, as if it were this process. A Ctrl C reaches it twice, from the terminal and from here.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {ChildOptions} [options]
 * @returns {Promise<ChildEnd>}
 */
export function runAttached(file, args, options = {}) {
  const child = spawn(file, args, { cwd: options.cwd, env: options.env, stdio: 'inherit' })
  return follow(child, { ...options, kill: (signal) => child.kill(signal) })
}

/**
 * Runs a child without input in a process group of its own and keeps what it writes. A signal to this process ends the
 * whole group, and then this process.
 * @param {string} file
 * @param {readonly string[]} args
 * @param {ChildOptions & { show?: boolean }} [options] show: write it through to this terminal as well
 * @returns {Promise<ChildEnd>}
 */
export async function runCaptured(file, args, options = {}) {
  const grouped = process.platform !== 'win32'
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: grouped,
  })
  /** @type {Buffer[]} */
  const chunks = []
  for (const [from, to] of /** @type {const} */ ([
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ])) {
    from.on('data', (/** @type {Buffer} */ chunk) => {
      chunks.push(chunk)
      if (options.show === true) to.write(chunk)
    })
  }
  /** @type {NodeJS.Signals | null} */
  let stoppedBy = null
  const end = await follow(child, {
    ...options,
    kill: (signal) => {
      if (signal !== 'SIGKILL') stoppedBy = signal
      if (grouped && child.pid !== undefined) killGroup(child.pid, signal)
      else child.kill(signal)
    },
  })
  if (stoppedBy !== null) process.exit(128 + constants.signals[stoppedBy])
  return { ...end, output: Buffer.concat(chunks).toString() + end.output }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ kill: (signal: NodeJS.Signals) => void, limitMs?: number }} options
 * @returns {Promise<ChildEnd>}
 */
function follow(child, { kill, limitMs }) {
  let timedOut = false
  const timer =
    limitMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true
          kill('SIGKILL')
        }, limitMs)
  const stopWatching = onParentGone(() => {
    kill('SIGTERM')
  })
  const listeners = forwarded.map((signal) => {
    const listener = () => {
      kill(signal)
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  return new Promise((resolve) => {
    /** @param {Omit<ChildEnd, 'timedOut'>} end */
    const finish = (end) => {
      clearTimeout(timer)
      stopWatching()
      for (const { signal, listener } of listeners) process.off(signal, listener)
      resolve({ ...end, timedOut })
    }
    child.once('error', (error) => {
      finish({ code: 127, output: error.message })
    })
    child.once('close', (code, signal) => {
      finish({ code: code ?? 128 + constants.signals[signal ?? 'SIGKILL'], output: '' })
    })
  })
}

/**
 * npm passes a signal on to the shell between it and this process, and the shell ends without a word to us. A command
 * that was not started by npm may well outlive its shell.
 * @param {() => void} callback
 * @returns {() => void} stops watching
 */
function onParentGone(callback) {
  if (process.env['npm_lifecycle_event'] === undefined) return () => undefined
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    callback()
  }, parentCheckMs)
  return () => {
    clearInterval(timer)
  }
}
