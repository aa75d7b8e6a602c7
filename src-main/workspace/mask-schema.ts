/** The form of a mask in penstock.yaml: what becomes of a value before anything is written. */
import { z } from 'zod'
import type { MaskAction } from '../columns/mask.ts'
import { map } from './forms.ts'

const mostCharacters = 1000

export const maskAction = z
  .union(
    [
      z.enum(['hash', 'redact', 'drop']),
      map({
        truncate: z
          .number()
          .int()
          .min(1)
          .max(mostCharacters)
          .describe('How many characters of the text are kept, from its beginning.'),
      }),
    ],
    { error: 'must be hash, redact, drop or { truncate: 4 }' },
  )
  .transform((written): MaskAction =>
    typeof written === 'string' ? { kind: written } : { kind: 'truncate', characters: written.truncate },
  )
