/** A bucket that anybody may read who reaches it, as S3 serves it by path: objects, and lists of them. */
export interface BucketServer extends AsyncDisposable {
  readonly address: string;
  /** Keys of objects that were read since the last call, and `?` for a list. */
  take(): readonly string[];
}

/** Serves `/<bucket>/<key>`; whoever writes needs the credentials of the service, which nobody here has. */
export function openBucketServer(bucket: string, objects: Readonly<Record<string, string>>): BucketServer {
  const read: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request) {
      const { pathname, search } = new URL(request.url);
      const key = decodeURIComponent(pathname.slice(`/${bucket}/`.length));
      if (request.headers.has("authorization")) return fault(403, "InvalidAccessKeyId");
      if (request.method !== "GET" && request.method !== "HEAD") return fault(403, "AccessDenied");
      if (!`${pathname}/`.startsWith(`/${bucket}/`)) return fault(404, "NoSuchBucket");
      if (key === "" || search !== "") {
        read.push("?");
        const entries = Object.keys(objects).map((name) => `<Contents><Key>${name}</Key></Contents>`);
        return xml(200, `<ListBucketResult>${entries.join("")}</ListBucketResult>`);
      }
      const body = Object.hasOwn(objects, key) ? objects[key] : undefined;
      if (body === undefined) return fault(404, "NoSuchKey");
      read.push(key);
      return new Response(body, { headers: { ETag: '"1"' } });
    },
  });
  return {
    address: `127.0.0.1:${server.port}`,
    take: () => read.splice(0),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function fault(status: number, code: string): Response {
  return xml(status, `<Error><Code>${code}</Code></Error>`);
}

function xml(status: number, body: string): Response {
  return new Response(`<?xml version="1.0"?>${body}`, {
    status,
    headers: { "Content-Type": "application/xml" },
  });
}
