/** Pauses and resumes ingest on a person's word, and says what came of it. */
import type { App } from '../state/app.ts'

/** Tells the engine; the new state shows with the next snapshot. */
export async function setIngest({ client, notices }: App, action: 'pause' | 'resume'): Promise<void> {
  try {
    await client.engine[action]()
  } catch (error) {
    notices.failed(action === 'pause' ? 'Ingest could not be paused' : 'Ingest could not be resumed', error)
  }
}
