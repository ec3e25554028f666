import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, type JWTPayload, jwtVerify } from "jose";
import type { ProxyKind } from "../../src/config/config.ts";
import { CONTRACTS } from "../../src/server/proxy/contract.ts";
import { AUDIENCE_OF_WIKI, render } from "../proxy/rig.ts";
import { createFaultyStore, type FaultyStore } from "../support/faulty-store.ts";
import type { RawReply } from "../support/raw-http.ts";
import { sha256, TestService } from "../support/test-service.ts";
import { applicationClaims, signAccessToken } from "../token/access-team.ts";
import { type EchoApplication, openEchoApplication, type Reached } from "./echo-application.ts";
import { policiesFor, SERVICE_TOKEN } from "./policies.ts";
import { type Edit, type RunningProxy, runProxy } from "./real-proxies.ts";
import { Relay } from "./relay.ts";
import { sendOverTls } from "./tls-client.ts";
import { type ClientFiles, type TlsFiles, writeTlsFiles } from "./tls-files.ts";

/** What a client sends to a proxy. */
export interface Sent {
  readonly method?: string;
  readonly host?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  /** Comes after the headers as it stands. */
  readonly body?: string;
  /** When the client goes away unanswered, in milliseconds; what takes longer is a failure unless told. */
  readonly leavesAfterMs?: number | undefined;
  /** Whose certificate the client shows; nobody's unless told. */
  readonly certificate?: keyof TlsFiles["clients"];
}

/** What came of it. */
export interface Outcome {
  readonly reply: RawReply;
  /** What reached the application; null for nothing. */
  readonly reached: Reached | null;
}

export interface RealProxyOptions {
  /** Sections of `postern.yaml` that are not as usual. */
  readonly config?: object;
  readonly policies?: string;
  /** `host:port` of what is behind the proxy, where that is not the usual application. */
  readonly backend?: string;
  /** What is done to the proxy's main file. */
  readonly edit?: Edit;
}

/** One proxy between clients and an application, and Postern beside it. */
export class RealProxyRig implements AsyncDisposable {
  private constructor(
    readonly service: TestService,
    readonly faulty: FaultyStore,
    readonly relay: Relay,
    readonly tls: TlsFiles,
    readonly application: EchoApplication,
    readonly proxy: RunningProxy,
    readonly stack: AsyncDisposableStack,
  ) {}

  static async start(kind: ProxyKind, options: RealProxyOptions = {}): Promise<RealProxyRig> {
    await using stack = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), `postern-${kind}-`));
    stack.defer(() => rm(folder, { recursive: true }));
    const tls = await writeTlsFiles(folder);
    // The certificates are of today, and so is everything else.
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const faulty = createFaultyStore(() => now);
    const client_certificates = CONTRACTS[kind].certificate !== null;
    const config = {
      login_url: "https://login.example.com/?back={url}",
      proxies: [{ kind, listen: "127.0.0.1:0", peers: ["127.0.0.1/32"], client_certificates }],
      service_tokens: [{ client_id: SERVICE_TOKEN.id, secret_sha256: sha256(SERVICE_TOKEN.secret) }],
      denial: { disclose: "checks" },
      ...options.config,
    };
    const policies = options.policies ?? policiesFor(tls.authority);
    const service = await TestService.start(policies, { now, config, store: faulty.store });
    stack.defer(() => service.stop());
    const relay = stack.use(await Relay.open(Number(new URL(service.urlOf(kind)).port)));
    const application = stack.use(await openEchoApplication());
    const page = new URL(service.urlOf("public")).host;
    const between = {
      folder,
      check: relay.address,
      page,
      application: options.backend ?? application.address,
    };
    const proxy = stack.use(await runProxy(kind, between, options.edit));
    application.take();
    return new RealProxyRig(service, faulty, relay, tls, application, proxy, stack.move());
  }

  async send({ certificate, ...sent }: Sent = {}): Promise<Outcome> {
    const { method = "GET", host = "wiki.example.com", target = "/", headers = [], body = "" } = sent;
    const client: ClientFiles | null = certificate === undefined ? null : this.tls.clients[certificate];
    const bytes = render(method, target, host, headers) + body;
    const { authority } = this.tls;
    const { leavesAfterMs } = sent;
    const reply = await sendOverTls(this.proxy.port, host, bytes, { authority, client, leavesAfterMs });
    const [reached = null, second] = this.application.take();
    if (second !== undefined) throw new Error("one request has reached the application twice");
    return { reply, reached };
  }

  /** A header with a token of Access for the wiki. */
  async tokenOf(person: string): Promise<string> {
    const iat = this.service.now / 1_000;
    const claims = { aud: [AUDIENCE_OF_WIKI], sub: `u-${person}`, email: `${person}@example.com` };
    const token = await signAccessToken(applicationClaims({ ...claims, iat, exp: iat + 3_600 }));
    return `Cf-Access-Jwt-Assertion: ${token}`;
  }

  /** The claims of a verdict that reached the application. Throws where it does not hold. */
  async verify(verdict: string): Promise<JWTPayload> {
    const keys = await fetch(`${this.service.urlOf("public")}/.well-known/jwks.json`);
    const { payload } = await jwtVerify(verdict, createLocalJWKSet(JSON.parse(await keys.text())), {
      algorithms: ["ES256"],
      typ: "verdict+jwt",
      currentDate: new Date(this.service.now),
    });
    return payload;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stack.disposeAsync();
  }
}
