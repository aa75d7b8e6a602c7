/** Why a text is no measure, and what to do about it. */
export interface MeasureFault {
  message: string
  hint: string
}
