import { SPENT_CREDENTIALS } from "../contract.ts";
import type { ProxyReply } from "../reply.ts";

/** `google.rpc.Code`. */
const CODES = { 200: 0, 401: 16, 403: 7 } as const;

interface HeaderOption {
  readonly header: { readonly key: string; readonly value: string };
  readonly append_action: "OVERWRITE_IF_EXISTS_OR_ADD";
}

/** A `CheckResponse` as it is encoded. */
export interface CheckResponse {
  readonly status: { readonly code: number };
  readonly ok_response?: {
    readonly headers: readonly HeaderOption[];
    readonly headers_to_remove: readonly string[];
  };
  readonly denied_response?: {
    readonly status: { readonly code: number };
    readonly headers: readonly HeaderOption[];
    readonly body: string;
  };
  readonly dynamic_metadata: { readonly fields: Readonly<Record<string, { readonly stringValue: string }>> };
}

/** A reply in Envoy's terms: a permit adds headers to the request, a denial is an answer to the client. */
export function toCheckResponse({ status, id, reason, headers, body }: ProxyReply): CheckResponse {
  const options = Object.entries(headers).map(([name, value]): HeaderOption => {
    return { header: { key: name.toLowerCase(), value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" };
  });
  const metadata = {
    decision: status === 200 ? "permit" : "deny",
    decision_id: id,
    ...(reason === null ? {} : { reason }),
  };
  const told = {
    status: { code: CODES[status] },
    dynamic_metadata: {
      fields: Object.fromEntries(
        Object.entries(metadata).map(([name, stringValue]) => [name, { stringValue }]),
      ),
    },
  };
  if (status !== 200)
    return { ...told, denied_response: { status: { code: status }, headers: options, body } };
  // Those of a permit are for the application, which has nothing to do with how it may be cached.
  const forApplication = options.filter(({ header }) => header.key.startsWith("x-postern-"));
  return { ...told, ok_response: { headers: forApplication, headers_to_remove: SPENT_CREDENTIALS } };
}
