/** `penstock secret set | list | remove`: what workspaces name as `{ secret: NAME }`. Called by program.ts. */
import { AppError } from '#contract/errors.ts'
import { EncryptedFileStore } from '../../shared/secrets/encrypted-file.ts'
import { checkSecretName } from '../../shared/secrets/secret-store.ts'
import type { SecretStore } from '../../shared/secrets/secret-store.ts'
import { stateFolder } from '../../shared/state-folder.ts'
import type { CommandContext } from '../command-host.ts'
import { exitCodes } from '../exit-code.ts'
import { readSecretInput } from '../secret-input.ts'
import type { SecretStream } from '../secret-input.ts'

/** What to do with which secret. */
export type SecretAction = { kind: 'set' | 'remove'; name: string } | { kind: 'list' }

/** @returns exit code */
export async function secretCommand(
  action: SecretAction,
  { output }: CommandContext,
  input: SecretStream = process.stdin,
  store: SecretStore = new EncryptedFileStore({ stateFolder: stateFolder() }),
): Promise<number> {
  switch (action.kind) {
    case 'set': {
      checkSecretName(action.name)
      const value = await readSecretInput(input, (text) => {
        output.prompt(text)
      })
      await store.write(action.name, value)
      output.note(`Kept ${action.name}. In penstock.yaml it is { secret: ${action.name} }.`)
      return exitCodes.ok
    }
    case 'remove':
      if (await store.remove(action.name)) return exitCodes.ok
      throw new AppError('NOT_FOUND', `no secret is kept under the name ${action.name}`)
    case 'list':
      for (const name of await store.list()) await output.write(`${name}\n`)
      return exitCodes.ok
  }
}
