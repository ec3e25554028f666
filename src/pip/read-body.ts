import { ProviderError } from "./provider-error.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The body of a response, decoded, read to its end. It is counted as it comes in and again as it is
 * inflated, so that what is held stays near `maxBytes`. Throws `ProviderError`, or what the network throws.
 */
export async function readBody(response: Response, maxBytes: number): Promise<Bytes> {
  const encoding = response.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip") {
    throw new ProviderError("malformed", "answered in an encoding that was not asked for");
  }
  const received = response.body === null ? new Uint8Array() : await collect(response.body, maxBytes);
  return encoding === "gzip" ? inflate(received, maxBytes) : received;
}

async function inflate(received: Bytes, maxBytes: number): Promise<Bytes> {
  try {
    const inflated = new Blob([received]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await collect(inflated, maxBytes);
  } catch (cause) {
    if (cause instanceof ProviderError) throw cause;
    throw new ProviderError("malformed", "answered with a broken gzip stream", { cause });
  }
}

async function collect(body: ReadableStream<Bytes>, maxBytes: number): Promise<Bytes> {
  const chunks: Bytes[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes)
      throw new ProviderError("too_large", `answered with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
