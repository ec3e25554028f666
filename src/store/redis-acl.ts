/**
 * The commands that Postern sends, for an ACL user with no other right, as for CVE-2025-49844 (no EVAL):
 * `ACL SETUSER postern on >PASSWORD ~postern:* &postern:* -@all` and these, each with a plus.
 * The last ones are needed in Cluster only; `select` only where the URL names a database.
 */
export const REDIS_COMMANDS = [
  "get",
  "mget",
  "exists",
  "set",
  "del",
  "scan",
  "hget",
  "hset",
  "hsetnx",
  "hgetall",
  "hdel",
  "pexpireat",
  "wait",
  "publish",
  "subscribe",
  "unsubscribe",
  "info",
  "select",
  "cluster|slots",
  "cluster|info",
  "asking",
] as const;
