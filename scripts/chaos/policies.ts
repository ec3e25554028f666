/** Applications that people of the bench ask for. */
export type ApplicationName = "wiki" | "vault";

/** What the tokens of an application are for. */
export const AUDIENCES: { readonly [A in ApplicationName]: string } = {
  wiki: "a1".repeat(32),
  vault: "a2".repeat(32),
};

/** Everybody may read the wiki but those who are kept out; the vault asks for a healthy device too. */
export function policiesWithout(keptOut: readonly string[]): string {
  const exclude = keptOut.map((email) => ({ email: { email } }));
  const policy = (name: string, require: readonly object[]) => ({
    name,
    decision: "allow",
    include: [{ email_domain: { domain: "example.com" } }],
    require,
    exclude,
  });
  const healthy = { device_posture: { integration_uid: "healthy" } };
  return JSON.stringify({
    applications: [
      {
        id: "wiki",
        name: "wiki",
        domain: "wiki.example.com",
        aud: AUDIENCES.wiki,
        policies: [policy("Staff", [])],
      },
      {
        id: "vault",
        name: "vault",
        domain: "vault.example.com",
        aud: AUDIENCES.vault,
        policies: [policy("Staff on healthy devices", [healthy])],
      },
    ],
    posture_rules: [
      {
        id: "healthy",
        name: "Healthy",
        type: "attribute",
        expiration: "24h",
        input: { attribute: "own.healthy", operator: "==", value: true },
      },
    ],
  });
}
