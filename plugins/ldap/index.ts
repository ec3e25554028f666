import { definePlugin, partial, t } from "../../src/plugin.ts";
import { IdentityProvider, Secret, Text } from "../support/config.ts";
import { connect } from "./connect.ts";
import { findGroups } from "./find-groups.ts";
import { findPerson } from "./find-person.ts";

const Attribute = t.String({ pattern: "^[A-Za-z][A-Za-z0-9-]*$", title: "the name of an LDAP attribute" });

/** Groups of people in an LDAP directory (OpenLDAP, Active Directory …), nested ones too. */
export default definePlugin({
  name: "ldap",
  provides: ["identity.groups"],
  needs: ["identity.email"],
  idp: "identity_provider",
  config: t.Object({
    identity_provider: IdentityProvider,
    url: t.String({
      pattern: "^(?:ldaps://|ldap://(?:localhost|127\\.0\\.0\\.1|\\[::1\\])(?=[:/]|$))",
      title: "an ldaps:// address",
    }),
    ca: t.Optional(
      t.String({ minLength: 1, description: "PEM of the authority that signed its certificate." }),
    ),
    bind_dn: Text,
    password: Secret,
    base: Text,
    email_attribute: t.Optional({ ...Attribute, default: "mail" }),
    member_attribute: t.Optional({ ...Attribute, default: "member" }),
    name_attribute: t.Optional({ ...Attribute, default: "cn" }),
  }),
  setup(config, host) {
    const names = {
      base: config.base,
      email: config.email_attribute ?? "mail",
      member: config.member_attribute ?? "member",
      name: config.name_attribute ?? "cn",
    };
    return {
      async resolve({ "identity.email": email }, _, signal) {
        await using directory = await connect(config, host, signal);
        const person = await findPerson(directory, names, email);
        if (person === null) return {};
        const { groups, complete } = await findGroups(directory, names, person);
        const value = {
          ids: [...groups.keys()],
          names: [...new Set(groups.values())],
          emails: [],
        };
        return { "identity.groups": complete ? value : partial(value) };
      },
    };
  },
});
