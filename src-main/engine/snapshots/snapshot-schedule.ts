/** Takes snapshots at the pace that the workspace asks for. Main process; started and stopped by the engine. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { SnapshotSettings } from '../../workspace/model.ts'
import { scheduledName, scheduledTime } from './snapshot-facts.ts'
import type { StoreSnapshots } from './store-snapshots.ts'

/** After a start, one that is due waits for so long, so that it does not hold the start up. */
const settleMs = 10_000
const longestTimerMs = 2 ** 31 - 1

export interface ScheduleOptions {
  settings: SnapshotSettings
  /** Name of the workspace. */
  workspace: string
  snapshots: Pick<StoreSnapshots, 'begin' | 'isRunning' | 'planNext'>
}

export class SnapshotSchedule {
  readonly #options: ScheduleOptions
  #timer: NodeJS.Timeout | null = null
  #isStopped = false

  constructor(options: ScheduleOptions) {
    this.#options = options
  }

  /** The next one is due a period after the newest in the folder, also over a restart; where there is none yet, soon. */
  async start(): Promise<void> {
    const { settings } = this.#options
    const newest = await this.#newest()
    const soonest = Date.now() + Math.min(settleMs, settings.everyMs)
    this.#wait(newest === null ? soonest : Math.max(soonest, newest + settings.everyMs))
  }

  stop(): void {
    this.#isStopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #wait(until: number): void {
    if (this.#isStopped) return
    this.#options.snapshots.planNext(until)
    this.#timer = setTimeout(
      () => {
        if (Date.now() < until) this.#wait(until)
        else void this.#take()
      },
      Math.min(longestTimerMs, Math.max(0, until - Date.now())),
    )
    this.#timer.unref()
  }

  /** One that is being taken by hand at that time is as good: the next one comes after a period. */
  async #take(): Promise<void> {
    const { settings, workspace, snapshots } = this.#options
    const { folder, keep, everyMs } = settings
    const at = Date.now()
    if (!snapshots.isRunning)
      await snapshots.begin({ file: path.join(folder, scheduledName(workspace, at)), keep })
    this.#wait(Math.max(at + everyMs, Date.now()))
  }

  async #newest(): Promise<number | null> {
    const { settings, workspace } = this.#options
    // Without a folder there is none; what else is wrong with it is told by the first one that fails.
    const names = await readdir(settings.folder).catch(() => [])
    const times = names.flatMap((name) => scheduledTime(workspace, name) ?? [])
    return times.length === 0 ? null : Math.max(...times)
  }
}
