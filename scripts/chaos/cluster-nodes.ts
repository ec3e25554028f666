import type { Redis } from "ioredis";
import type { RedisServer } from "../../test/support/redis-server.ts";

const MIGRATION_TIMEOUT_MS = 1_000;

/** One server of a cluster. */
export interface ClusterNode {
  readonly server: RedisServer;
  readonly admin: Redis;
  readonly id: string;
}

/** What a cluster says of itself, and has done to it. */
export class ClusterNodes {
  private constructor(readonly all: readonly ClusterNode[]) {}

  static async of(servers: readonly RedisServer[]): Promise<ClusterNodes> {
    const nodes = servers.map(async (server): Promise<ClusterNode> => {
      const admin = server.admin();
      return { server, admin, id: String(await admin.cluster("MYID")) };
    });
    return new ClusterNodes(await Promise.all(nodes));
  }

  async slotOf(key: string): Promise<number> {
    return this.#any.admin.cluster("KEYSLOT", key);
  }

  /** Those that have slots and are alive. */
  async primaries(): Promise<readonly ClusterNode[]> {
    const lines = await this.#lines();
    return this.all.filter(({ id }) =>
      lines.some(
        (line) => line.startsWith(id) && / (myself,)?master /.test(line) && / \d+-?\d*( |$)/.test(line),
      ),
    );
  }

  async ownerOf(slot: number): Promise<ClusterNode> {
    const line = (await this.#lines()).find((each) => ownsSlot(each, slot));
    const owner = this.all.find(({ id }) => line?.startsWith(id));
    if (owner === undefined) throw new Error(`nobody has slot ${slot}`);
    return owner;
  }

  /** The replica that follows a primary. */
  async replicaOf({ id }: ClusterNode): Promise<ClusterNode> {
    const line = (await this.#lines()).find((each) => each.split(" ")[3] === id);
    const replica = this.all.find((node) => line?.startsWith(node.id));
    if (replica === undefined) throw new Error("nobody follows that primary");
    return replica;
  }

  /** Moves a slot to the next primary, key by key, while it is used. */
  async moveSlot(slot: number): Promise<void> {
    const primaries = await this.primaries();
    const from = await this.ownerOf(slot);
    const to = primaries[(primaries.indexOf(from) + 1) % primaries.length] ?? from;
    await to.admin.cluster("SETSLOT", slot, "IMPORTING", from.id);
    await from.admin.cluster("SETSLOT", slot, "MIGRATING", to.id);
    for (;;) {
      const keys = await from.admin.cluster("GETKEYSINSLOT", slot, 100);
      if (keys.length === 0) break;
      const patience = [0, MIGRATION_TIMEOUT_MS].map(String);
      const target = ["127.0.0.1", String(to.server.port), "", ...patience];
      await from.admin.call("MIGRATE", ...target, "KEYS", ...keys);
    }
    for (const { admin } of [to, from, ...primaries]) await admin.cluster("SETSLOT", slot, "NODE", to.id);
  }

  /** One that is asked about all: some may have been killed. */
  get #any(): ClusterNode {
    const node = this.all.find(({ admin }) => admin.status === "ready");
    if (node === undefined) throw new Error("no node of the cluster answers");
    return node;
  }

  async #lines(): Promise<readonly string[]> {
    return String(await this.#any.admin.cluster("NODES")).split("\n");
  }
}

/** Whether a line of CLUSTER NODES says that its node has the slot, and not that it moves. */
function ownsSlot(line: string, slot: number): boolean {
  return line
    .split(" ")
    .slice(8)
    .some((range) => {
      const [from = "", to = from] = range.split("-");
      return !range.startsWith("[") && Number(from) <= slot && slot <= Number(to);
    });
}
