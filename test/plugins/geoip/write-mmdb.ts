import { parseIp, parseRange } from "../../../src/core/ip-address.ts";

/** A value of a database: what the records of the test need of the MaxMind DB format, version 2.0. */
type Value = string | number | readonly Value[] | { readonly [key: string]: Value };

interface Node {
  readonly children: [Node | Value | null, Node | Value | null];
}

export interface MmdbOptions {
  readonly builtAt: number;
  readonly ipVersion?: 4 | 6;
}

/** Bytes of an MMDB file that holds a record for each network; IPv4 lies at `::/96` of an IPv6 tree. */
export function writeMmdb(
  networks: Readonly<Record<string, Value>>,
  { builtAt, ipVersion = 6 }: MmdbOptions,
) {
  const root: Node = { children: [null, null] };
  for (const [network, record] of Object.entries(networks)) insert(root, bitsOf(network, ipVersion), record);
  const nodes = collectNodes(root);
  const data: Buffer[] = [];
  let dataLength = 0;
  const tree = Buffer.alloc(nodes.length * 6);
  for (const [index, { children }] of nodes.entries()) {
    for (const [side, child] of children.entries()) {
      let target = nodes.length;
      if (isNode(child)) target = nodes.indexOf(child);
      else if (child !== null) {
        target = nodes.length + 16 + dataLength;
        const encoded = encode(child);
        data.push(encoded);
        dataLength += encoded.length;
      }
      tree.writeUIntBE(target, index * 6 + side * 3, 3);
    }
  }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: Math.floor(builtAt / 1_000),
    database_type: "Test-Country",
    description: { en: "made by a test" },
    ip_version: ipVersion,
    languages: ["en"],
    node_count: nodes.length,
    record_size: 24,
  });
  const marker = Buffer.from("\xab\xcd\xefMaxMind.com", "latin1");
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]);
}

function isNode(child: Node | Value | null): child is Node {
  return typeof child === "object" && child !== null && "children" in child;
}

function insert(root: Node, bits: readonly number[], record: Value): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const side = bit === 0 ? 0 : 1;
    const child = node.children[side];
    const next: Node = isNode(child) ? child : { children: [null, null] };
    node.children[side] = next;
    node = next;
  }
  node.children[bits.at(-1) === 0 ? 0 : 1] = record;
}

function collectNodes(root: Node): readonly Node[] {
  const nodes = [root];
  for (const node of nodes) for (const child of node.children) if (isNode(child)) nodes.push(child);
  return nodes;
}

function bitsOf(network: string, ipVersion: 4 | 6): readonly number[] {
  const [address = "", length = ""] = network.split("/");
  const ip = parseIp(address);
  if (ip === null || parseRange(network) === null) throw new Error(`${network} is no network`);
  const bytes = ip.family === 4 ? address.split(".").map(Number) : expandIpv6(address);
  const bits = bytes.flatMap((byte) => [...byte.toString(2).padStart(8, "0")].map(Number));
  const own = bits.slice(0, Number(length));
  return ip.family === 4 && ipVersion === 6 ? [...new Array<number>(96).fill(0), ...own] : own;
}

function expandIpv6(address: string): readonly number[] {
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const first = groups(head);
  const last = groups(tail);
  const zeros = new Array<number>(8 - first.length - last.length).fill(0);
  return [...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]);
}

const TYPES = { string: 2, uint32: 6, map: 7, array: 11 } as const;

function encode(value: Value): Buffer {
  if (typeof value === "string")
    return Buffer.concat([control(TYPES.string, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(TYPES.uint32, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(TYPES.array, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([
    control(TYPES.map, entries.length),
    ...entries.flatMap((entry) => entry.map(encode)),
  ]);
}

function control(type: number, size: number): Buffer {
  if (size > 28) throw new Error("the test writes nothing as long as that");
  return type > 7 ? Buffer.from([size, type - 7]) : Buffer.from([(type << 5) | size]);
}
