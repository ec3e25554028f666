import { StoreError, type StoreErrorCode } from "./store.ts";

const BY_REPLY: readonly (readonly [reply: RegExp, code: StoreErrorCode, message: string])[] = [
  [/^WRONGTYPE/, "store_corrupt", "Redis holds something other than a string under a key of Postern"],
  [/^OOM/, "store_full", "Redis has reached its maxmemory and takes no more writes"],
  [/^(NOAUTH|WRONGPASS)/, "store_misconfigured", "Redis refused the user or the password in the store URL"],
  [
    /^ERR .*without any password configured/,
    "store_misconfigured",
    "Redis refused the password in the store URL",
  ],
  [/^NOPERM/, "store_misconfigured", "Redis does not let this user run a command that Postern needs"],
  [/^READONLY/, "store_unavailable", "Redis is a read-only replica just now and takes no writes"],
  [/^LOADING/, "store_unavailable", "Redis is still loading its data"],
  [/^(MISCONF|NOREPLICAS)/, "store_unavailable", "Redis takes no writes: its disk or its replicas fail"],
  [/^CLUSTERDOWN/, "store_unavailable", "the Redis cluster is down or lacks slots"],
  [
    /^ERR This instance has cluster support disabled/,
    "store_misconfigured",
    "Redis is no cluster: write redis://",
  ],
  [/timed out|ETIMEDOUT/i, "store_unavailable", "Redis did not answer in time"],
];
const BAD_CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/;

/** What a failure of Redis or of its client means to whoever asked. */
export function toRedisStoreError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const error = rootOf(cause);
  dropArguments(cause);
  dropArguments(error);
  const known = BY_REPLY.find(([reply]) => reply.test(error.message));
  if (known !== undefined) return new StoreError(known[1], known[2], { cause });
  if ("code" in error && typeof error.code === "string" && BAD_CERTIFICATE.test(error.code)) {
    const message = "Redis has a TLS certificate that is not trusted: name its authority with ?ca=FILE";
    return new StoreError("store_misconfigured", message, { cause });
  }
  return new StoreError("store_unavailable", "Redis is out of reach", { cause });
}

// The cluster client wraps the error of the last node it tried.
function rootOf(cause: unknown): Error {
  if (!(cause instanceof Error)) return new Error("unknown failure");
  return "lastNodeError" in cause && cause.lastNodeError instanceof Error ? cause.lastNodeError : cause;
}

// ioredis hangs the command and its arguments on the error: values and passwords, which a log would print.
function dropArguments(error: unknown): void {
  if (error instanceof Error && "command" in error) delete error.command;
}
