import { describe, expect, it } from 'vitest'
import { errorCodes, nextStepOf, nextSteps } from '#contract/errors.ts'

describe('what to do next about an error', () => {
  it('names the connection and the secret that it is about', () => {
    expect(nextStepOf({ code: 'CONNECTION_FAILED', details: { connection: 'prod' } })).toContain(
      '`penstock connect prod`',
    )
    expect(nextStepOf({ code: 'SECRET_MISSING', details: { secret: 'prod-password' } })).toContain(
      '`penstock secret set prod-password`',
    )
  })

  it('holds no place for a name that nobody fills in', () => {
    const general = errorCodes.map((code) => nextStepOf({ code, details: {} }))
    expect(general.filter((words) => /\bNAME\b/u.test(words))).toEqual([])
    expect(general).toEqual(errorCodes.map((code) => nextSteps[code]))
  })
})
