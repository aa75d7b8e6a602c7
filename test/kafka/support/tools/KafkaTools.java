import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own clients and tools behind HTTP on loopback, so that tests pay for one Java process instead of one per command.
 * POST /NAME with a JSON object; the answer is JSON, with status 500 and the fault's words where it fails. Every command
 * takes `bootstrap`. Prints its port when it is ready, and ends when its standard input does.
 */
public final class KafkaTools {
  private static final ObjectMapper json = new ObjectMapper();
  private static final long limitMs = 60_000;

  private interface Command {
    JsonNode run(JsonNode input) throws Exception;
  }

  private final Map<String, Command> commands = new HashMap<>();
  private final Map<String, Admin> admins = new ConcurrentHashMap<>();
  private final Map<String, KafkaProducer<byte[], byte[]>> transactions = new ConcurrentHashMap<>();
  private final Map<String, Load> loads = new ConcurrentHashMap<>();
  private final Map<String, Member> members = new ConcurrentHashMap<>();

  private KafkaTools() {
    commands.put("format", this::format);
    commands.put("ready", this::ready);
    commands.put("create-topics", this::createTopics);
    commands.put("delete-topics", this::deleteTopics);
    commands.put("add-partitions", this::addPartitions);
    commands.put("delete-records", this::deleteRecords);
    commands.put("topic-config", this::topicConfig);
    commands.put("move-leader", this::moveLeader);
    commands.put("leaders", this::leaders);
    commands.put("await-replicas", this::awaitReplicas);
    commands.put("offsets", this::offsets);
    commands.put("produce", this::produce);
    commands.put("end-transaction", this::endTransaction);
    commands.put("start-load", this::startLoad);
    commands.put("end-load", this::endLoad);
    commands.put("groups", this::groups);
    commands.put("commit", this::commit);
    commands.put("committed", this::committed);
    commands.put("join", this::join);
    commands.put("leave", this::leave);
    commands.put("forget", this::forget);
  }

  public static void main(String[] args) throws Exception {
    KafkaTools tools = new KafkaTools();
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", tools::answer);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    System.out.println("port " + server.getAddress().getPort());
    while (System.in.read() >= 0) {}
    System.exit(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    int status = 200;
    JsonNode output;
    try {
      Command command = commands.get(exchange.getRequestURI().getPath().substring(1));
      if (command == null) throw new IllegalArgumentException("there is no such command");
      output = command.run(json.readTree(exchange.getRequestBody()));
    } catch (Exception fault) {
      Throwable cause = fault instanceof ExecutionException && fault.getCause() != null ? fault.getCause() : fault;
      StringWriter trace = new StringWriter();
      cause.printStackTrace(new PrintWriter(trace));
      status = 500;
      output = json.createObjectNode().put("error", cause.toString()).put("trace", trace.toString());
    }
    byte[] bytes = json.writeValueAsBytes(output);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  // --- clusters

  /** { arguments: [...] } of kafka.tools.StorageTool, in this process. */
  private JsonNode format(JsonNode input) throws Exception {
    List<String> arguments = texts(input.get("arguments"));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code = kafka.tools.StorageTool.execute(arguments.toArray(new String[0]), new PrintStream(said, true));
    if (code != 0) throw new IllegalStateException("StorageTool: " + said);
    return done();
  }

  /** { brokers }: answers when so many are there, and one of them is the controller. */
  private JsonNode ready(JsonNode input) throws Exception {
    long until = System.currentTimeMillis() + limitMs;
    for (;;) {
      int brokers = 0;
      try {
        brokers = admin(input).describeCluster().nodes().get().size();
      } catch (ExecutionException fault) {
        if (System.currentTimeMillis() > until) throw fault;
      }
      if (brokers >= input.get("brokers").asInt()) return done();
      if (System.currentTimeMillis() > until) throw new IllegalStateException("only " + brokers + " brokers");
      Thread.sleep(20);
    }
  }

  private JsonNode forget(JsonNode input) {
    Admin admin = admins.remove(input.get("bootstrap").asText());
    if (admin != null) admin.close(Duration.ZERO);
    return done();
  }

  // --- topics

  /** { topics: [{ name, partitions, replication?, config?, assignments?: { partition: [broker] } }] } */
  private JsonNode createTopics(JsonNode input) throws Exception {
    List<NewTopic> topics = new ArrayList<>();
    for (JsonNode entry : input.get("topics")) {
      String name = entry.get("name").asText();
      NewTopic topic = entry.has("assignments")
          ? new NewTopic(name, assignments(entry.get("assignments")))
          : new NewTopic(name, entry.path("partitions").asInt(1), (short) entry.path("replication").asInt(1));
      topics.add(topic.configs(strings(entry.path("config"))));
    }
    admin(input).createTopics(topics).all().get();
    for (NewTopic topic : topics) awaitLeaders(input, topic.name());
    return done();
  }

  private static Map<Integer, List<Integer>> assignments(JsonNode node) {
    Map<Integer, List<Integer>> found = new HashMap<>();
    node.properties().forEach((entry) -> found.put(Integer.valueOf(entry.getKey()), integers(entry.getValue())));
    return found;
  }

  private void awaitLeaders(JsonNode input, String topic) throws Exception {
    long until = System.currentTimeMillis() + limitMs;
    while (System.currentTimeMillis() < until) {
      try {
        TopicDescription description = describe(input, topic);
        if (description.partitions().stream().allMatch((one) -> one.leader() != null)) return;
      } catch (ExecutionException notYet) {
        if (System.currentTimeMillis() > until) throw notYet;
      }
      Thread.sleep(20);
    }
    throw new IllegalStateException(topic + " has no leaders");
  }

  private TopicDescription describe(JsonNode input, String topic) throws Exception {
    return admin(input).describeTopics(List.of(topic)).allTopicNames().get().get(topic);
  }

  /** { topics: [name] } */
  private JsonNode deleteTopics(JsonNode input) throws Exception {
    List<String> topics = texts(input.get("topics"));
    admin(input).deleteTopics(topics).all().get();
    for (long until = System.currentTimeMillis() + limitMs; System.currentTimeMillis() < until; Thread.sleep(20)) {
      Set<String> left = admin(input).listTopics().names().get();
      if (topics.stream().noneMatch(left::contains)) return done();
    }
    throw new IllegalStateException("still there: " + topics);
  }

  /** { topic, partitions: total } */
  private JsonNode addPartitions(JsonNode input) throws Exception {
    String topic = input.get("topic").asText();
    admin(input).createPartitions(Map.of(topic, NewPartitions.increaseTo(input.get("partitions").asInt()))).all().get();
    awaitLeaders(input, topic);
    return done();
  }

  /** { topic, partition, before: offset } as retention does it */
  private JsonNode deleteRecords(JsonNode input) throws Exception {
    TopicPartition partition = partition(input);
    RecordsToDelete before = RecordsToDelete.beforeOffset(input.get("before").asLong());
    admin(input).deleteRecords(Map.of(partition, before)).all().get();
    return done();
  }

  /** { topic, config } */
  private JsonNode topicConfig(JsonNode input) throws Exception {
    List<AlterConfigOp> changes = new ArrayList<>();
    strings(input.get("config")).forEach((name, value) ->
        changes.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET)));
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, input.get("topic").asText());
    admin(input).incrementalAlterConfigs(Map.of(topic, changes)).all().get();
    return done();
  }

  /** { topic, partition, replicas: the first one leads } */
  private JsonNode moveLeader(JsonNode input) throws Exception {
    TopicPartition partition = partition(input);
    List<Integer> replicas = integers(input.get("replicas"));
    Admin admin = admin(input);
    admin.alterPartitionReassignments(Map.of(partition, Optional.of(new NewPartitionReassignment(replicas)))).all().get();
    for (long until = System.currentTimeMillis() + limitMs; System.currentTimeMillis() < until; Thread.sleep(20)) {
      var found = describe(input, partition.topic()).partitions().get(partition.partition());
      if (found.leader() != null && found.leader().id() == replicas.get(0)) return done();
      if (!found.isr().stream().map(Node::id).toList().containsAll(replicas)) continue;
      try {
        admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).all().get();
      } catch (ExecutionException notNeeded) {
        if (System.currentTimeMillis() > until) throw notNeeded;
      }
    }
    throw new IllegalStateException("the leader has not moved");
  }

  /** { topic }: broker that leads each partition, -1 for none */
  private JsonNode leaders(JsonNode input) throws Exception {
    ArrayNode leaders = json.createArrayNode();
    describe(input, input.get("topic").asText()).partitions()
        .forEach((one) -> leaders.add(one.leader() == null ? -1 : one.leader().id()));
    return leaders;
  }

  /** { topic } */
  private JsonNode awaitReplicas(JsonNode input) throws Exception {
    for (long until = System.currentTimeMillis() + limitMs; System.currentTimeMillis() < until; Thread.sleep(50)) {
      var partitions = describe(input, input.get("topic").asText()).partitions();
      if (partitions.stream().allMatch((one) -> one.isr().size() == one.replicas().size())) return done();
    }
    throw new IllegalStateException("copies are behind");
  }

  /** { topic }: [{ earliest, latest }] */
  private JsonNode offsets(JsonNode input) throws Exception {
    String topic = input.get("topic").asText();
    ArrayNode answer = json.createArrayNode();
    for (var one : describe(input, topic).partitions()) {
      ObjectNode entry = answer.addObject();
      entry.put("earliest", offset(input, topic, one.partition(), OffsetSpec.earliest()));
      entry.put("latest", offset(input, topic, one.partition(), OffsetSpec.latest()));
    }
    return answer;
  }

  private long offset(JsonNode input, String topic, int partition, OffsetSpec spec) throws Exception {
    TopicPartition key = new TopicPartition(topic, partition);
    return admin(input).listOffsets(Map.of(key, spec)).partitionResult(key).get().offset();
  }

  // --- records

  /**
   * { topic, config?, transaction?: { id, outcome: commit | abort | open }, records: [{ partition?, key?, value?, bytes?,
   * fill?, headers?, timestamp? }] }: offsets. `bytes` is a value in base64, `fill` a JSON text of that many bytes, and
   * none of them makes a tombstone. An open transaction is ended by end-transaction.
   */
  private JsonNode produce(JsonNode input) throws Exception {
    JsonNode transaction = input.path("transaction");
    if (transaction.isMissingNode()) {
      try (KafkaProducer<byte[], byte[]> producer = producer(input, null)) {
        return send(producer, input);
      }
    }
    String id = transaction.get("id").asText();
    KafkaProducer<byte[], byte[]> producer = producer(input, id);
    producer.initTransactions();
    producer.beginTransaction();
    JsonNode offsets = send(producer, input);
    transactions.put(id, producer);
    String outcome = transaction.get("outcome").asText();
    if (!outcome.equals("open")) end(id, outcome);
    return offsets;
  }

  private JsonNode send(KafkaProducer<byte[], byte[]> producer, JsonNode input) throws Exception {
    String topic = input.get("topic").asText();
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (JsonNode record : input.get("records")) sent.add(producer.send(record(topic, record)));
    producer.flush();
    ArrayNode offsets = json.createArrayNode();
    for (Future<RecordMetadata> one : sent) offsets.add(one.get().offset());
    return offsets;
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, JsonNode node) {
    Integer partition = node.has("partition") ? node.get("partition").asInt() : null;
    Long timestamp = node.has("timestamp") ? node.get("timestamp").asLong() : null;
    byte[] key = node.has("key") ? node.get("key").asText().getBytes(StandardCharsets.UTF_8) : null;
    var record = new ProducerRecord<>(topic, partition, timestamp, key, value(node));
    for (JsonNode header : node.path("headers")) {
      JsonNode text = header.get(1);
      record.headers().add(header.get(0).asText(), text.isNull() ? null : text.asText().getBytes(StandardCharsets.UTF_8));
    }
    return record;
  }

  private static byte[] value(JsonNode node) {
    if (node.has("value")) return node.get("value").asText().getBytes(StandardCharsets.UTF_8);
    if (node.has("bytes")) return Base64.getDecoder().decode(node.get("bytes").asText());
    if (!node.has("fill")) return null;
    String around = "{\"id\":" + node.path("id").asLong(0) + ",\"pad\":\"\"}";
    String pad = "x".repeat(Math.max(0, node.get("fill").asInt() - around.length()));
    return around.replace("\"\"", "\"" + pad + "\"").getBytes(StandardCharsets.UTF_8);
  }

  /** { id, outcome: commit | abort } */
  private JsonNode endTransaction(JsonNode input) {
    end(input.get("id").asText(), input.get("outcome").asText());
    return done();
  }

  private void end(String id, String outcome) {
    try (KafkaProducer<byte[], byte[]> producer = transactions.remove(id)) {
      if (outcome.equals("commit")) producer.commitTransaction();
      else producer.abortTransaction();
    }
  }

  private KafkaProducer<byte[], byte[]> producer(JsonNode input, String transactionId) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", input.get("bootstrap").asText());
    config.put("acks", "all");
    config.put("max.request.size", 64 * 1024 * 1024);
    config.put("buffer.memory", 128 * 1024 * 1024L);
    config.put("delivery.timeout.ms", 600_000);
    config.put("reconnect.backoff.max.ms", 200);
    config.put("request.timeout.ms", 5000);
    if (transactionId != null) config.put("transactional.id", transactionId);
    config.putAll(strings(input.path("config")));
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  // --- load

  /** Sends records with ids that count up from `from`, over the partitions in turn, until it has sent `count` or is ended. */
  private final class Load {
    final AtomicBoolean stopping = new AtomicBoolean();
    final AtomicLong sent = new AtomicLong();
    final AtomicLong failed = new AtomicLong();
    Future<?> done;

    void run(JsonNode input) {
      String topic = input.get("topic").asText();
      long from = input.path("from").asLong(0);
      long count = input.path("count").asLong(Long.MAX_VALUE);
      int partitions = input.path("partitions").asInt(1);
      double rate = input.path("rate").asDouble(0);
      String pad = "x".repeat(input.path("pad").asInt(60));
      int transactionSize = input.path("transactionSize").asInt(0);
      String transactionId = transactionSize > 0 ? topic + "-load-" + from : null;
      long began = System.nanoTime();
      try (KafkaProducer<byte[], byte[]> producer = producer(input, transactionId)) {
        if (transactionId != null) producer.initTransactions();
        for (long index = 0; index < count && !stopping.get(); index++) {
          if (rate > 0) pace(began, index, rate);
          if (transactionSize > 0 && index % transactionSize == 0) producer.beginTransaction();
          byte[] value = ("{\"id\":" + (from + index) + ",\"at\":" + System.currentTimeMillis() + ",\"pad\":\"" + pad + "\"}")
              .getBytes(StandardCharsets.UTF_8);
          producer.send(new ProducerRecord<>(topic, (int) (index % partitions), null, value), (metadata, fault) -> {
            if (fault != null) failed.incrementAndGet();
          });
          sent.incrementAndGet();
          if (transactionSize > 0 && index % transactionSize == transactionSize - 1) producer.commitTransaction();
        }
        if (transactionSize > 0 && sent.get() % transactionSize != 0) producer.commitTransaction();
        producer.flush();
      }
    }

    private static void pace(long began, long index, double rate) {
      long due = began + (long) (index / rate * 1e9);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) LockSupport.parkNanos(left);
    }
  }

  /** { name, topic, partitions, from?, count?, rate?, pad?, transactionSize?, config? }: answers at once */
  private JsonNode startLoad(JsonNode input) {
    Load load = new Load();
    loads.put(input.get("name").asText(), load);
    load.done = Executors.newSingleThreadExecutor((work) -> {
      Thread thread = new Thread(work);
      thread.setDaemon(true);
      return thread;
    }).submit(() -> load.run(input));
    return done();
  }

  /** { name, stop: boolean }: answers when all it has sent is acknowledged: { sent, failed } */
  private JsonNode endLoad(JsonNode input) throws Exception {
    Load load = loads.get(input.get("name").asText());
    if (input.path("stop").asBoolean()) load.stopping.set(true);
    load.done.get();
    return json.createObjectNode().put("sent", load.sent.get()).put("failed", load.failed.get());
  }

  // --- groups

  /** Names of all groups. */
  private JsonNode groups(JsonNode input) throws Exception {
    ArrayNode names = json.createArrayNode();
    admin(input).listGroups().all().get().forEach((group) -> names.add(group.groupId()));
    return names;
  }

  /** { group, topic, offsets: [by partition] } */
  private JsonNode commit(JsonNode input) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    String topic = input.get("topic").asText();
    int partition = 0;
    for (JsonNode offset : input.get("offsets"))
      offsets.put(new TopicPartition(topic, partition++), new OffsetAndMetadata(offset.asLong()));
    admin(input).alterConsumerGroupOffsets(input.get("group").asText(), offsets).all().get();
    return done();
  }

  /** { group, topic, partition }: the offset, or -1 for none */
  private JsonNode committed(JsonNode input) throws Exception {
    String group = input.get("group").asText();
    var offsets = admin(input).listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    OffsetAndMetadata found = offsets.get(partition(input));
    return json.getNodeFactory().numberNode(found == null ? -1 : found.offset());
  }

  /** A member of a consumer group that polls in a thread of its own. */
  private static final class Member {
    final KafkaConsumer<byte[], byte[]> consumer;
    final Future<?> done;
    volatile boolean hasAssignment;

    Member(Map<String, Object> config, List<String> topics) {
      consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      consumer.subscribe(topics);
      done = Executors.newSingleThreadExecutor().submit(() -> {
        try (consumer) {
          for (;;) {
            consumer.poll(Duration.ofMillis(100));
            hasAssignment = !consumer.assignment().isEmpty();
          }
        } catch (WakeupException left) {
          return;
        }
      });
    }
  }

  /** { name, group, topics, protocol: classic | consumer, config? }: answers when it has partitions */
  private JsonNode join(JsonNode input) throws Exception {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", input.get("bootstrap").asText());
    config.put("group.id", input.get("group").asText());
    config.put("group.protocol", input.path("protocol").asText("classic"));
    config.put("auto.offset.reset", "earliest");
    config.putAll(strings(input.path("config")));
    Member member = new Member(config, texts(input.get("topics")));
    members.put(input.get("name").asText(), member);
    while (!member.hasAssignment && !member.done.isDone()) Thread.sleep(10);
    return done();
  }

  /** { name } */
  private JsonNode leave(JsonNode input) throws Exception {
    Member member = members.remove(input.get("name").asText());
    member.consumer.wakeup();
    member.done.get();
    return done();
  }

  // --- parts

  private Admin admin(JsonNode input) {
    return admins.computeIfAbsent(input.get("bootstrap").asText(), (bootstrap) ->
        Admin.create(Map.of("bootstrap.servers", bootstrap, "reconnect.backoff.max.ms", "200")));
  }

  private static TopicPartition partition(JsonNode input) {
    return new TopicPartition(input.get("topic").asText(), input.path("partition").asInt(0));
  }

  private static JsonNode done() {
    return json.createObjectNode();
  }

  private static Map<String, String> strings(JsonNode node) {
    Map<String, String> found = new HashMap<>();
    node.properties().forEach((entry) -> found.put(entry.getKey(), entry.getValue().asText()));
    return found;
  }

  private static List<String> texts(JsonNode node) {
    List<String> found = new ArrayList<>();
    node.forEach((entry) -> found.add(entry.asText()));
    return found;
  }

  private static List<Integer> integers(JsonNode node) {
    List<Integer> found = new ArrayList<>();
    node.forEach((entry) -> found.add(entry.asInt()));
    return found;
  }
}
