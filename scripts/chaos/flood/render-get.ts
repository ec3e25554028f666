/** Names and values, in order. */
export type Headers = readonly (readonly [name: string, value: string])[];

/** The bytes of a request for `/`, as a proxy would write them on a connection that it keeps. */
export function renderGet(headers: Headers): Uint8Array {
  const lines = [["Host", "postern"], ...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`GET / HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1");
}
