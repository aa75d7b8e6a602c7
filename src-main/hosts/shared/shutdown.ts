/**
 * The end of a host: what was started is stopped in reverse, once, whatever ended it (a signal, a fault, its own work
 * done). Main thread; one per process, made first.
 */
import type { Logger } from '../../engine/engine-api.ts'

/** Signals that end a host, and the exit code of each (128 and its number). */
export const signalExitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
type EndSignal = keyof typeof signalExitCodes

/** What of the process a shutdown uses; tests give their own. */
export interface HostProcess {
  onSignal(signal: EndSignal, listener: () => void): void
  /** Uncaught exceptions and unhandled rejections. */
  onFault(listener: (error: unknown) => void): void
  /** Ends the process after everything has stopped. */
  exit(code: number): void
  /** Ends the process at once, with nothing waited for. */
  kill(signal: EndSignal): void
}

/** Options of {@link createShutdown}. */
export interface ShutdownOptions {
  host: HostProcess
  logger: Logger
  /** Shows a fault to the person before the host ends because of it. */
  report: (error: unknown) => void
  /** Longest time that stopping may take before the process is ended at once. */
  graceMs?: number
  /** Milliseconds from any start; a test gives its own. */
  now?: () => number
}

/** See {@link createShutdown}. */
export interface Shutdown {
  /** Aborts when stopping begins. */
  readonly signal: AbortSignal
  /** Registers what stops something that was just started; the last registered stops first. */
  defer(name: string, stop: () => Promise<void> | void): void
  /** Stops everything, then exits with the code. Later calls return the same promise. */
  end(exitCode: number): Promise<void>
}

const defaultGraceMs = 10_000
/** One Ctrl C reaches us from the terminal and again through npm; what follows this soon is the same one. */
const sameSignalMs = 500

/**
 * Listens for signals and uncaught faults. The first signal stops everything in order and exits with 128 + its number; a
 * second one, half a second later or more, ends the process at once, as does stopping that takes longer than `graceMs`.
 */
export function createShutdown(options: ShutdownOptions): Shutdown {
  const { host, logger, report, graceMs = defaultGraceMs, now = () => performance.now() } = options
  const stops: { name: string; stop: () => Promise<void> | void }[] = []
  const controller = new AbortController()
  let ending: Promise<void> | null = null
  let endingSinceMs = 0

  const stopAll = async (): Promise<void> => {
    for (let entry = stops.pop(); entry !== undefined; entry = stops.pop()) {
      try {
        await entry.stop()
      } catch (error) {
        logger.error({ err: error, part: entry.name }, 'could not stop a part')
      }
    }
  }
  const end = (exitCode: number): Promise<void> => {
    if (ending === null) endingSinceMs = now()
    ending ??= (async () => {
      controller.abort(new Error('Penstock is stopping'))
      const overdue = setTimeout(() => {
        logger.error({ graceMs }, 'stopping took too long; ended at once')
        host.kill('SIGTERM')
      }, graceMs)
      await stopAll()
      clearTimeout(overdue)
      host.exit(exitCode)
    })()
    return ending
  }
  const onFault = (error: unknown): void => {
    logger.error({ err: error }, 'uncaught fault')
    if (ending !== null) return
    report(error)
    void end(1)
  }

  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    host.onSignal(name, () => {
      if (ending === null) void end(signalExitCodes[name])
      else if (now() - endingSinceMs >= sameSignalMs) host.kill(name)
    })
  }
  host.onFault(onFault)

  return {
    signal: controller.signal,
    defer(name, stop) {
      stops.push({ name, stop })
    },
    end,
  }
}

/**
 * This process, for {@link createShutdown}. `kill` removes our listeners first, so that the signal ends the process by
 * itself: `process.exit` would wait for a thread that is inside a statement.
 */
export function thisProcess(exit: (code: number) => void = (code) => process.exit(code)): HostProcess {
  return {
    onSignal(signal, listener) {
      process.on(signal, listener)
    },
    onFault(listener) {
      process.on('uncaughtException', listener)
      process.on('unhandledRejection', listener)
    },
    exit,
    kill(signal) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    },
  }
}
