import { Cluster, type Redis } from "ioredis";
import { withDeadline } from "./deadline.ts";
import type { RedisClient } from "./redis-client.ts";
import { toRedisStoreError } from "./redis-error.ts";
import { redisChannelOf, topicOfRedis } from "./redis-key.ts";
import { StoreError } from "./store.ts";
import type { Log, Topics } from "./topics.ts";

export interface RedisSubscriptionsOptions {
  readonly client: RedisClient;
  readonly topics: Topics;
  readonly log: Log;
  /** How long a command may take, in milliseconds. */
  readonly timeoutMs: number;
}

/** How often Redis is asked to confirm that messages come. */
const CONFIRM_EVERY_MS = 200;
/**
 * Unconfirmed for so long, messages count as missed. Together with the time between two questions it stays
 * well below the second within which a revocation has to count.
 */
const DEAF_AFTER_MS = 500;

/**
 * Listens to channels, and finds out when it does not: it subscribes again and again, and what confirms
 * that comes after every message before it. While nothing is confirmed, and once it is again, every
 * listener is told that it may have missed something. Errors are `StoreError`.
 */
export class RedisSubscriptions {
  readonly #client: RedisClient;
  readonly #topics: Topics;
  readonly #log: Log;
  readonly #deadlineMs: number;
  #timer: Timer | undefined;
  /** In a cluster, where commands go to many nodes, messages have a connection of their own. */
  #ofCluster: { readonly connection: Redis; readonly opened: Promise<void> } | null = null;
  #isConfirming = false;
  #confirmedAt = Number.NEGATIVE_INFINITY;
  /** Whether every message since the first subscription has come. */
  #isWhole = true;
  #isDeaf = false;

  constructor({ client, topics, log, timeoutMs }: RedisSubscriptionsOptions) {
    this.#client = client;
    this.#topics = topics;
    this.#log = log;
    this.#deadlineMs = 2 * timeoutMs;
    if (client instanceof Cluster) return;
    this.#hear(client);
    client.on("close", () => this.#interrupt());
    client.on("ready", () => void this.#keepUp());
  }

  async add(topic: string, listener: (message: string) => void): Promise<() => void> {
    // Before there is a listener nothing is missed.
    if (this.#topics.names.length === 0) this.#confirmedAt = performance.now();
    const remove = this.#topics.add(topic, listener);
    try {
      await this.#confirm();
    } catch (error) {
      remove();
      throw error;
    }
    this.#timer ??= setInterval(() => void this.#keepUp(), CONFIRM_EVERY_MS).unref();
    return () => {
      remove();
      if (this.#topics.has(topic)) return;
      const connection = this.#client instanceof Cluster ? this.#ofCluster?.connection : this.#client;
      // Best effort: what still arrives finds no listener.
      connection?.unsubscribe(redisChannelOf(topic)).catch(() => {});
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#ofCluster?.connection.disconnect();
  }

  /** Never throws: what cannot be confirmed now is tried again. */
  async #keepUp(): Promise<void> {
    if (performance.now() - this.#confirmedAt >= DEAF_AFTER_MS) this.#goDeaf();
    if (this.#isConfirming || this.#topics.names.length === 0) return;
    this.#isConfirming = true;
    try {
      await this.#confirm();
    } catch {
      // A node of a cluster that does not answer is left for another one.
      this.#ofCluster?.connection.disconnect();
    } finally {
      this.#isConfirming = false;
    }
  }

  async #confirm(): Promise<void> {
    const askedAt = performance.now();
    try {
      const connection = await this.#connect();
      // The client does not bound this command where the connection is busy with nothing else.
      await withDeadline(connection.subscribe(...this.#topics.names.map(redisChannelOf)), this.#deadlineMs);
    } catch (error) {
      throw toRedisStoreError(error);
    }
    this.#confirmedAt = Math.max(this.#confirmedAt, askedAt);
    if (this.#isDeaf) this.#log("store: messages are heard again");
    this.#isDeaf = false;
    if (!this.#isWhole) this.#topics.tellMissed();
    this.#isWhole = true;
  }

  async #connect(): Promise<Redis> {
    if (!(this.#client instanceof Cluster)) return this.#client;
    this.#ofCluster ??= this.#openOn(this.#client);
    const { connection, opened } = this.#ofCluster;
    await opened;
    return connection;
  }

  #openOn(cluster: Cluster) {
    const nodes = cluster.nodes("all").filter(({ status }) => status === "ready");
    const node = nodes[Math.floor(Math.random() * nodes.length)];
    if (node === undefined) throw new StoreError("store_unavailable", "no node of the Redis cluster answers");
    const connection = node.duplicate({ retryStrategy: () => null, readOnly: false });
    this.#hear(connection);
    connection.on("error", () => {});
    connection.once("end", () => {
      this.#ofCluster = null;
      this.#interrupt();
    });
    return { connection, opened: connection.connect() };
  }

  #hear(connection: Redis): void {
    connection.on("message", (channel: string, message: string) => {
      const topic = topicOfRedis(channel);
      if (topic !== undefined) this.#topics.deliver(topic, message);
    });
  }

  #interrupt(): void {
    this.#isWhole = false;
  }

  #goDeaf(): void {
    if (this.#topics.names.length === 0) return;
    if (!this.#isDeaf) this.#log("store: messages are not heard; what is cached does not count meanwhile");
    this.#isDeaf = true;
    this.#isWhole = false;
    this.#topics.tellMissed();
  }
}
