/** `penstock serve WORKSPACE [--port N] [--no-open]` with a console of one page, so that tests need no build. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { serveCommand } from '../../../../src-main/hosts/cli/commands/serve.ts'
import { exitCodeOf, faultText } from '../../../../src-main/hosts/cli/exit-code.ts'
import { createOutput } from '../../../../src-main/hosts/cli/output.ts'

const { values, positionals } = parseArgs({
  options: { port: { type: 'string' }, 'no-open': { type: 'boolean' } },
  allowPositionals: true,
})
const consoleFolder = mkdtempSync(path.join(os.tmpdir(), 'penstock-console-'))
writeFileSync(path.join(consoleFolder, 'index.html'), '<!doctype html>')
const output = createOutput(process.stdout, process.stderr)
const options = {
  workspace: positionals[1] ?? null,
  port: values.port === undefined ? undefined : Number(values.port),
  shouldOpen: values['no-open'] !== true,
  consoleFolder,
}
const exitCode = await serveCommand(options, { output, isVerbose: false }).catch((error: unknown) => {
  output.note(faultText(error))
  return exitCodeOf(error)
})
rmSync(consoleFolder, { recursive: true })
await output.flush()
process.exit(exitCode)
