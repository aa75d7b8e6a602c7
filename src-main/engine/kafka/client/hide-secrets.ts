/** Takes secrets out of words that the other side said: some servers repeat what they were sent. Pure. */

/** Shorter ones would take letters out of ordinary words. */
const shortestHidden = 4

export function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortestHidden)
    .toSorted((one, other) => other.length - one.length)
    .reduce((cleaned, secret) => cleaned.replaceAll(secret, '***'), text)
}
