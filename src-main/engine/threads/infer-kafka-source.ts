/** Columns of a Kafka source that declares none, from the newest records of its topics. Ingest thread. */
import type { Column, TopicSource } from '../../workspace/model.ts'
import { inferTopicColumns } from '../formats/infer-topic-columns.ts'
import { openFormat } from '../formats/open-format.ts'
import type { Registries } from '../formats/registries.ts'
import type { ClusterClients } from '../kafka/client/cluster-clients.ts'

/** Topics of a pattern that are looked at. */
const mostTopics = 20

/** @throws AppError as inferTopicColumns */
export async function inferKafkaSource(
  source: TopicSource,
  { clients, registries }: { clients: ClusterClients; registries: Registries },
): Promise<Column[]> {
  const { connection, topics, pattern } = source.input
  const client = clients.client(connection)
  const all = await client.metadata(pattern === null ? topics : null)
  const form = pattern === null ? null : new RegExp(`^(?:${pattern})$`, 'u')
  const chosen = all.topics.filter(({ name, internal }) => form === null || (form.test(name) && !internal))
  return inferTopicColumns({
    what: `source ${source.name}`,
    choice: source,
    client,
    metadata: { ...all, topics: chosen.slice(0, mostTopics) },
    openFormat: (topic) => openFormat(source, { topic, registry: registries.of(connection), columns: [] }),
    withKey: true,
  })
}
