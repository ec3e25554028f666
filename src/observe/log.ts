import pino, { type Logger } from "pino";
import type { Clock } from "../clock.ts";
import { standardError, standardOutput } from "./line-writer.ts";
import { guardLines, type LogDestination } from "./safe-line.ts";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Writes one line; an Error goes under `error`, with its causes. */
export type WriteLog = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** The service log. */
export type Log = { readonly [level in LogLevel]: WriteLog };

export interface LogOptions {
  readonly clock: Clock;
  /** The least level that is written. */
  readonly level: LogLevel;
  readonly destination?: LogDestination;
  /** Takes what that does not. */
  readonly fallback?: LogDestination;
}

/** Fields whose value is never written, at the top and one level below. */
const SECRET_FIELDS = ["authorization", "cookie", "token", "secret", "password", "passphrase"];

/**
 * The service log: one JSON line per message to `destination`, standard output unless given. What cannot be
 * written there goes to `fallback`, standard error unless given: to tell of something changes nothing for who is answered meanwhile.
 */
export function createLog({ clock, level, ...to }: LogOptions): Log {
  const { destination = standardOutput(), fallback = standardError() } = to;
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: "[secret]" },
    },
    guardLines(orElse(destination, fallback)),
  );
  return {
    debug: writeAt(logger, "debug"),
    info: writeAt(logger, "info"),
    warn: writeAt(logger, "warn"),
    error: writeAt(logger, "error"),
  };
}

function orElse(destination: LogDestination, fallback: LogDestination): LogDestination {
  return {
    write(lines) {
      try {
        destination.write(lines);
      } catch {
        fallback.write(lines);
      }
    },
  };
}

function writeAt(logger: Logger, level: LogLevel): WriteLog {
  return (message, fields = {}) => logger[level](fields, message);
}
