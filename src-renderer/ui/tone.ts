/** What a colour may mean. */
export type Tone = 'neutral' | 'ok' | 'warn' | 'error'
