import { PROXY_POLICIES } from "../proxy/rig.ts";

export const SERVICE_TOKEN = { id: "0123.access", secret: "a-secret-of-a-robot" } as const;

/** Applications behind the real proxies; `authority` signs the certificates of clients. */
export function policiesFor(authority: string): string {
  return `${PROXY_POLICIES}  - id: home
    name: home
    domain: home.example.com
    policies:
      - { name: This machine, decision: bypass, include: [{ ip: { ip: 127.0.0.0/8 } }] }
  - id: robots
    name: robots
    domain: robots.example.com
    policies:
      - { name: Robots, decision: non_identity, include: [{ service_token: { token_id: robot } }] }
  - id: devices
    name: devices
    domain: devices.example.com
    policies:
      - { name: Devices, decision: non_identity, include: [{ certificate: {} }] }
  - id: admins
    name: admins
    domain: admins.example.com
    policies:
      - name: Administrators of the wiki
        decision: allow
        include:
          - oidc: { identity_provider_id: company-login, claim_name: groups, claim_value: wiki-admins }
identity_providers:
  - { id: company-login, name: Company login, type: oidc }
service_tokens:
  - { id: robot, name: Robot, client_id: ${SERVICE_TOKEN.id} }
certificates:
  - { id: devices, name: Devices, certificate: ${JSON.stringify(authority)} }
`;
}
