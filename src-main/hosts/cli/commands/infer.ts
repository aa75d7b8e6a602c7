/** `penstock infer`: the `columns:` block for a capture, from its first records. Called by program.ts. */
import { AppError } from '#contract/errors.ts'
import { columnsBlock, inferColumns } from '../../../columns/infer.ts'
import { readSample } from '../../../engine/ingest/read-sample.ts'
import type { CommandContext } from '../command-host.ts'
import { exitCodes } from '../exit-code.ts'

/**
 * @param file absolute path of the capture: NDJSON, plain, gzip or zstd
 * @param records how many of its first records to look at
 * @returns exit code
 */
export async function inferCommand(
  file: string,
  records: number,
  { output }: CommandContext,
): Promise<number> {
  const samples = await readSample(file, records)
  if (samples.length === 0) throw new AppError('SOURCE_UNREADABLE', `${file} holds no record to look at.`)
  await output.write(columnsBlock(inferColumns(samples)))
  return exitCodes.ok
}
