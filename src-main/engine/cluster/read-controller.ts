/** Which node is the controller now. Cluster thread. */
import type { ClusterClient } from '../kafka/client/cluster-client.ts'
import { describeQuorumRequest } from '../kafka/requests/describe-quorum.ts'
import { codeOf, errorName } from '../kafka/requests/error-codes.ts'

const what = 'controller'

/**
 * @param fromMetadata what metadata names: true where there is no quorum to ask, any broker otherwise
 * @param notSeen gets the reason where the cluster does not tell
 * @returns null where it is not known
 */
export async function readController(
  client: ClusterClient,
  fromMetadata: number,
  notSeen: Map<string, string>,
  signal: AbortSignal,
): Promise<number | null> {
  notSeen.delete(what)
  const connection = await client.any(signal)
  if (connection.versionOf(describeQuorumRequest) === null) return fromMetadata < 0 ? null : fromMetadata
  try {
    const leader = await connection.send(describeQuorumRequest, null, { signal })
    return leader < 0 ? null : leader
  } catch (error) {
    signal.throwIfAborted()
    const code = codeOf(error)
    if (code === null) throw error
    notSeen.set(what, `the controller: the broker answers ${errorName(code)}`)
    return null
  }
}
