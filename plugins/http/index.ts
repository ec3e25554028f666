import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type Plugin, t } from "../../src/plugin.ts";
import { createHttpPlugin } from "./http-plugin.ts";
import { HttpSourceSchema } from "./source-schema.ts";

const HttpConfig = t.Object({
  name: t.String({ pattern: "^[a-z][\\w.-]*$", title: "a name in lower case" }),
  identity_provider: t.Optional(
    t.String({ minLength: 1, description: "Id of the identity provider whose logins this is about." }),
  ),
  connection: t.Optional(
    t.String({ minLength: 1, description: "What posture rules name as connection_id of its records." }),
  ),
  values: t.Optional(
    t.Record(t.String(), t.String(), { description: "What templates name as {config/values/…}." }),
  ),
  source: HttpSourceSchema,
});

const check = TypeCompiler.Compile(HttpConfig);

/** Any JSON API: what it is asked, and what its answers say, is its configuration. */
const http: Plugin = {
  name: "http",
  provides: [],
  needs: [],
  attributes: {},
  config: HttpConfig,
  idp: null,
  connection: null,
  configured: configureHttp,
  start: (config, host) => configureHttp(config).start(config, host),
};

export default http;

function configureHttp(config: unknown): Plugin {
  if (!check.Check(config)) throw new TypeError("plugin http: its config does not meet its schema");
  const { name, identity_provider, connection, source } = config;
  return createHttpPlugin({
    name,
    config: HttpConfig,
    ...(identity_provider === undefined ? {} : { idp: "identity_provider" }),
    ...(connection === undefined ? {} : { connection: "connection" }),
    source,
  });
}
