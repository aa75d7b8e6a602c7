/** Amounts as people read them, for the messages of limits. Pure. */

/** "1,234,567". */
export function countWords(count: number): string {
  return count.toLocaleString('en-US')
}

/** "512 MB"; bytes below a megabyte in full. */
export function byteWords(bytes: number): string {
  const mebibyte = 1024 * 1024
  if (bytes < mebibyte) return `${countWords(bytes)} bytes`
  return bytes < 1024 * mebibyte ? `${trim(bytes / mebibyte)} MB` : `${trim(bytes / (1024 * mebibyte))} GB`
}

/** "850 ms", "1.2 s", "60 s". */
export function durationWords(milliseconds: number): string {
  if (milliseconds < 1000) return `${String(Math.round(milliseconds))} ms`
  return `${trim(milliseconds / 1000)} s`
}

const trim = (value: number): string => value.toFixed(1).replace(/\.0$/, '')
