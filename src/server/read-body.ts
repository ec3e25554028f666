/** Bytes of a body, or why there are none to be had. */
export type Body = Uint8Array | "too_large" | "broken_off";

/** Reads at most `maxBytes` of a body; one that announces or brings more is refused without reading on. */
export async function readBody(request: Request, maxBytes: number): Promise<Body> {
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > maxBytes) return "too_large";
  try {
    // HTTP lets no more come than was announced: it needs no stream, which would double the cost of a request.
    const body = announced === null ? await readStream(request, maxBytes) : await request.bytes();
    return body === null || body.byteLength > maxBytes ? "too_large" : body;
  } catch {
    return "broken_off";
  }
}

/** Null where more than `maxBytes` come. */
async function readStream({ body }: Request, maxBytes: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Whether the body says that it is JSON, whatever its parameters. */
export function isJson(request: Request): boolean {
  const [type = ""] = (request.headers.get("content-type") ?? "").split(";", 1);
  return type.trim().toLowerCase() === "application/json";
}
