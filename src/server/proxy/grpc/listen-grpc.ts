import { createServer } from "node:net";
import { join } from "node:path";
import { type handleUnaryCall, Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import type { IpSet } from "../../../core/ip-set.ts";
import type { Address, Listener } from "../../listen.ts";
import type { AnswerProxy } from "../answer-proxy.ts";
import { isPeer, openServer } from "../open-server.ts";
import type { ProxyReply } from "../reply.ts";
import { readCheckRequest } from "./check-request.ts";
import { type CheckResponse, toCheckResponse } from "./check-response.ts";

const PROTO = join(import.meta.dir, "external-auth.proto");
const SERVICE = "envoy.service.auth.v3.Authorization";

/**
 * Serves `envoy.service.auth.v3.Authorization` at `address`. A check is always answered with a status of its
 * own: what gRPC calls an error Envoy may be told to let pass. Throws `ListenError`.
 */
export async function listenGrpc(
  { answer, refuse }: AnswerProxy,
  address: Address,
  peers: IpSet | null,
  shared: boolean,
): Promise<Listener> {
  async function answerCheck(remote: string, check: unknown): Promise<ProxyReply> {
    if (!isPeer(remote, peers)) return refuse("untrusted_peer");
    const raw = readCheckRequest(check);
    return raw === null ? refuse("missing_header") : answer(raw);
  }

  const check: handleUnaryCall<unknown, CheckResponse> = async (call, reply) => {
    // `127.0.0.1:4711`, `[::1]:4711`
    const remote = call
      .getPeer()
      .replace(/:\d+$/, "")
      .replace(/^\[|\]$/g, "");
    reply(null, toCheckResponse(await answerCheck(remote, call.request)));
  };

  // Envoy itself limits what it sends of a body.
  const server = new Server({ "grpc.max_receive_message_length": -1 });
  server.addService(loadService(), { Check: check });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = createServer((socket) => injector.injectConnection(socket));
  return {
    url: await openServer(sockets, address, shared),
    async stop(patienceMs) {
      sockets.close();
      injector.drain(patienceMs);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        server.forceShutdown();
        resolve();
      }, patienceMs);
      server.tryShutdown(() => resolve());
      await promise;
      clearTimeout(timer);
      injector.destroy();
    },
  };
}

function loadService(): ServiceDefinition {
  const definition = loadSync(PROTO, { keepCase: true, longs: Number, enums: String, defaults: true })[
    SERVICE
  ];
  if (definition === undefined || "format" in definition) throw new Error(`${SERVICE} is not a service`);
  return definition;
}
