/** Columns of a source that declares none, from its first records. Runs in the ingest thread, and in `penstock check`. */
import { AppError } from '#contract/errors.ts'
import { inferColumns } from '../../columns/infer.ts'
import type { Column, ReplayedSource } from '../../workspace/model.ts'
import { readSample } from './read-sample.ts'

const sampleRecords = 1000

/** @throws AppError SOURCE_UNREADABLE where the capture cannot be read or has nothing to go by */
export async function inferSource(source: ReplayedSource): Promise<Column[]> {
  const { file, envelope } = source.input
  const columns = inferColumns(await readSample(file, sampleRecords, envelope))
  if (columns.length > 0) return columns
  const message = `source ${source.name}: no columns can be inferred from ${file}; it has no JSON object to go by`
  throw new AppError('SOURCE_UNREADABLE', `${message}. Declare \`columns:\``, {
    details: { source: source.name },
  })
}
