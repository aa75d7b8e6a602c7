#!/usr/bin/env node
/** The command `penstock`: reads the arguments, runs a command, exits with its code. Nothing heavy is loaded here. */
import { createOutput } from './output.ts'
import { runProgram } from './program.ts'

const output = createOutput(process.stdout, process.stderr)
const exitCode = await runProgram(process.argv.slice(2), output)
await output.flush()
process.exit(exitCode)
