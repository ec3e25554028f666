import { type Static, Type } from "@sinclair/typebox";
import { IssuerSchema, ServiceTokenSecretSchema } from "./credential-schema.ts";
import { oneOf, strict } from "./policies/schema-parts.ts";
import {
  AttributeText,
  durationText,
  ListenText,
  LoginUrlText,
  OriginText,
  PeersText,
  ReachText,
  SizeText,
  StoreText,
  TokenHashText,
  UrlText,
} from "./texts.ts";

const Name = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: "^[\\w.-]+$",
  title: "a name of letters, digits and . _ -",
});
const FilePath = Type.String({ minLength: 1, title: "a path" });
const count = (maximum: number, description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum, description }));

/** Processes that may share the listeners. */
export const MAX_WORKERS = 64;

const Listen = strict({
  public: Type.Optional({
    ...ListenText,
    description: "For callers that a protocol of their own authenticates.",
  }),
  admin: Type.Optional({ ...ListenText, description: "Health, metrics, administration." }),
});

const ProxyListener = strict({
  kind: oneOf(["nginx", "caddy", "traefik", "haproxy", "envoy-http", "envoy-grpc"]),
  listen: ListenText,
  peers: Type.Optional(
    Type.Array(PeersText, { minItems: 1, description: "Who may ask: the addresses of the proxy itself." }),
  ),
  skip_hops: Type.Optional(
    Type.Array(PeersText, {
      description: "Hops in front of the proxy that are trusted in X-Forwarded-For.",
    }),
  ),
  client_certificates: Type.Optional(
    Type.Boolean({
      description: "Whether the proxy sets the headers of client certificates, whatever a client sends.",
    }),
  ),
});

const Access = strict({
  team_domain: { ...OriginText, examples: ["https://acme.cloudflareaccess.com"] },
  certs_url: Type.Optional({ ...UrlText, description: "Default: <team_domain>/cdn-cgi/access/certs" }),
});

const Provider = strict({
  use: Type.String({ minLength: 1, title: "the name of a plugin, or a path to one" }),
  config: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), { title: "a mapping, as the plugin defines it" }),
  ),
  interval: Type.Optional(
    durationText("1s", "30d", { description: "Time between two polls of one subject." }),
  ),
  expires: Type.Optional(durationText("1s", "365d", { description: "When an answer no longer counts." })),
  timeout: Type.Optional(durationText("10ms", "5m", { description: "Patience with one question." })),
  concurrency: count(1_000, "Questions asked at once."),
  batch: count(10_000, "Subjects in one poll."),
  reach: Type.Optional(
    Type.Array(ReachText, { description: "What it may reach beside the public internet." }),
  ),
  max_response: Type.Optional({ ...SizeText, description: "The largest answer. Default: 8MiB" }),
});

const PostureScore = strict({
  name: Name,
  healthy: { ...oneOf(["high", "low"]), description: "Which end of 0 to 100 is healthy." },
  rules: Type.Array(
    strict({
      rule: Type.String({ minLength: 1, title: "the name or id of a posture rule" }),
      weight: Type.Integer({ minimum: 1, maximum: 1_000 }),
    }),
    { minItems: 1 },
  ),
  audience: Type.Optional(
    Type.String({ minLength: 1, description: "Of the Access application that the caller comes through." }),
  ),
  clients: Type.Optional(
    Type.Array(strict({ client_id: Type.String({ minLength: 1 }), secret_sha256: TokenHashText }), {
      minItems: 1,
      description: "Callers by CF-Access-Client-Id, and the hash of their secret.",
    }),
  ),
});

const Keys = strict({
  directory: Type.Optional(FilePath),
  rotate_every: Type.Optional(durationText("2d", "365d", { default: "42d" })),
  retire_after: Type.Optional(durationText("1h", "365d", { default: "7d" })),
  passphrase: Type.Optional(
    Type.String({
      minLength: 1,
      writeOnly: true,
      description: "Encrypts the private keys where they are kept.",
    }),
  ),
});

const Verdict = strict({
  ttl: Type.Optional(durationText("10s", "1h", { default: "60s" })),
  algorithm: Type.Optional(oneOf(["ES256", "RS256"])),
  bind: Type.Optional(oneOf(["application", "request"])),
});

const Evaluate = strict({
  deadline: Type.Optional(durationText("150ms", "3s", { default: "1s" })),
  audience: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  max_token_lifetime: Type.Optional(durationText("1m", "30d", { default: "24h" })),
  max_concurrent_signatures: count(10_000, "More at once are refused at once. Default: 64"),
});

const AdminToken = strict({
  name: Name,
  role: oneOf(["viewer", "operator"]),
  sha256: TokenHashText,
});

const Denial = strict({
  disclose: Type.Optional({
    ...oneOf(["nothing", "reason", "checks"]),
    description: "What the page of a denial tells the person who is denied.",
  }),
});

const Log = strict({
  values: Type.Optional(oneOf(["used", "none"])),
  redact: Type.Optional(Type.Array(AttributeText)),
});

/** What `postern.yaml` may hold. */
export const PosternFileSchema = strict(
  {
    public_url: { ...OriginText, description: "Where Postern is reached from outside." },
    listen: Type.Optional(Listen),
    proxies: Type.Optional(
      Type.Array(ProxyListener, { description: "One listener per proxy and contract." }),
    ),
    store: StoreText,
    access: Type.Optional(Access),
    issuers: Type.Optional(
      Type.Array(IssuerSchema, { description: "OpenID providers whose bearer tokens count." }),
    ),
    service_tokens: Type.Optional(
      Type.Array(ServiceTokenSecretSchema, { description: "Secrets of service tokens, by their hashes." }),
    ),
    policies: { ...FilePath, description: "A file, or a folder of .yaml and .json files." },
    providers: Type.Optional(Type.Array(Provider)),
    merges: Type.Optional(
      Type.Record(Type.String(), oneOf(["any", "all", "first"]), {
        description: "How an attribute that several providers have is made one, by attribute.",
      }),
    ),
    posture_scores: Type.Optional(
      Type.Array(PostureScore, { description: "Scores of devices, as POST /posture/<name> answers them." }),
    ),
    keys: Type.Optional(Keys),
    verdict: Type.Optional(Verdict),
    evaluate: Type.Optional(Evaluate),
    workers: count(MAX_WORKERS, "Processes that share the listeners. Default: 1"),
    login_url: Type.Optional({
      ...LoginUrlText,
      description: "Where a 401 leads; {url} stands for where the person came from.",
    }),
    denial: Type.Optional(Denial),
    admin: Type.Optional(strict({ tokens: Type.Array(AdminToken) })),
    log: Type.Optional(Log),
  },
  { description: "Configuration of Postern: postern.yaml" },
);

export type PosternFile = Static<typeof PosternFileSchema>;
