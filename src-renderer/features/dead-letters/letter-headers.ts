/** A record's headers for reading: name and value pairs where they are a JSON object, else the text as it is. Pure. */

/** Pairs in their order, or null where the text is no JSON object. */
export function headerPairs(headers: string): { name: string; value: string }[] | null {
  let value: unknown
  try {
    value = JSON.parse(headers)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.entries(value).map(([name, held]: [string, unknown]) => ({
    name,
    value: typeof held === 'string' ? held : JSON.stringify(held),
  }))
}
