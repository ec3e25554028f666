/** Policies that most tests of the service are about: who of Example Inc. may read what. */
export const TEAM_POLICIES = `
applications:
  - id: 0a1b
    name: wiki
    domain: wiki.example.com
    policies:
      - name: Staff
        decision: allow
        include: [{ email_domain: { domain: example.com } }]
        exclude: [{ email: { email: mallory@example.com } }]
  - name: payroll
    domain: payroll.example.com
    policies:
      - name: From Portugal
        decision: allow
        include: [{ email: { email: ada@example.com } }]
        require: [{ geo: { country_code: PT } }]
  - name: metrics
    domain: metrics.example.com
    policies:
      - name: Robots
        decision: non_identity
        include: [{ any_valid_service_token: {} }]
service_tokens: [{ id: ci, name: CI, client_id: ci.access }]
`;
