import { describe, expect, it } from 'vitest'
import { runProgram } from '../../../../src-main/hosts/cli/program.ts'
import { packageVersion } from '../../../../src-main/hosts/shared/package-root.ts'
import { createFakeOutput } from './fake-output.ts'

async function run(...parameters: string[]) {
  const output = createFakeOutput()
  const code = await runProgram(parameters, output)
  return { code, text: output.written.join(''), notes: output.notes.join('\n') }
}

describe('the command line', () => {
  it('prints its version', async () => {
    await expect(run('--version')).resolves.toEqual({ code: 0, text: `${packageVersion()}\n`, notes: '' })
  })

  it('has help with every command and examples', async () => {
    const { code, text } = await run('--help')
    expect(code).toBe(0)
    for (const word of ['open', 'serve', 'run', 'query', 'check', 'infer', 'Examples:', 'Exit codes:']) {
      expect(text).toContain(word)
    }
  })

  it.each(['open', 'serve', 'run', 'query', 'check', 'infer'])(
    'has help with examples for %s',
    async (command) => {
      const { code, text } = await run(command, '--help')
      expect(code).toBe(0)
      expect(text).toContain(`Usage: penstock ${command}`)
      expect(text).toContain(`$ penstock ${command}`)
    },
  )

  it.each([
    ['no command', [], 'Usage: penstock'],
    ['an unknown command', ['serv'], 'Did you mean serve?'],
    ['an unknown option', ['serve', '--prot', '1'], 'Did you mean --port?'],
    ['a port that is none', ['serve', '--port', '65536'], 'from 0 to 65535'],
    ['a port in words', ['serve', '--port', 'http'], 'from 0 to 65535'],
    ['two workspaces', ['serve', 'x', '--demo'], 'either a path or --demo'],
    ['too many paths', ['check', 'a', 'b'], 'too many arguments'],
    ['a query without SQL', ['query'], "missing required argument 'sql'"],
    ['two formats', ['query', 'SELECT 1', '--json', '--csv'], 'cannot be used with'],
    ['a limit of none', ['query', 'SELECT 1', '--limit', '0'], 'whole number from 1'],
    [
      'a timeout past that of timers',
      ['query', 'SELECT 1', '--timeout', '2000001'],
      'at most 2000000 seconds',
    ],
    ['a timeout in words', ['query', 'SELECT 1', '--timeout', 'soon'], 'whole number from 1'],
    ['infer without a file', ['infer'], "missing required argument 'file'"],
  ])('ends with 2 and says what is wrong: %s', async (_name, parameters, words) => {
    const { code, notes } = await run(...parameters)
    expect({ code, notes }).toEqual({ code: 2, notes: expect.stringContaining(words) as string })
  })
})
