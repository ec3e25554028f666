import { apiUrl, t } from "../../src/plugin.ts";

/** Where an API is: over TLS, or on this machine. Without a slash at its end. */
export const ApiUrl = apiUrl();

/** A key, a password or a token. */
export const Secret = t.String({ minLength: 1, writeOnly: true });

export const Text = t.String({ minLength: 1 });

export const IdentityProvider = t.String({
  minLength: 1,
  description: "Id of the identity provider, as Access has it, whose logins this is about.",
});

export const Connection = t.String({
  minLength: 1,
  description: "What posture rules name as their connection_id.",
});
