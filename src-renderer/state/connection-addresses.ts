/** Addresses of brokers as a person writes them: host:port, lists, and pairs for tunnels. Pure. */

/** A host, or an IPv6 address in brackets, and a port. */
const addressPattern = /^(?:\[[0-9a-f:.%]+\]|[^\s:[\],]+):\d{1,5}$/i

/** Whether it is host:port with a port that exists. */
export function isAddress(text: string): boolean {
  return addressPattern.test(text) && Number(text.slice(text.lastIndexOf(':') + 1)) <= 65_535
}

/** Addresses of a text, in their order, each once. */
export function addressesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))]
}

/** Pairs of addresses, one a line, "advertised = to use"; null where a line is none. */
export function pairsOf(text: string): Record<string, string> | null {
  const pairs: Record<string, string> = {}
  for (const line of text.split('\n').filter((part) => part.trim() !== '')) {
    const [from = '', to = '', ...rest] = line.split(/=|->|→/).map((part) => part.trim())
    if (!isAddress(from) || !isAddress(to) || rest.length > 0) return null
    pairs[from] = to
  }
  return pairs
}
