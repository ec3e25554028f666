#!/usr/bin/env bun
import { addAsk } from "./cli/ask.ts";
import { addCheck } from "./cli/check.ts";
import { addDemo } from "./cli/demo.ts";
import { addExplain } from "./cli/explain.ts";
import { addImport } from "./cli/import.ts";
import { addInit } from "./cli/init.ts";
import { addKeys } from "./cli/keys.ts";
import { addLint } from "./cli/lint.ts";
import { addNewPlugin } from "./cli/new-plugin.ts";
import { runCli } from "./cli/program.ts";
import { addServe } from "./cli/serve.ts";
import { addSessions } from "./cli/sessions.ts";
import { styleOf } from "./cli/terminal.ts";
import { addTest } from "./cli/test.ts";
import { systemClock } from "./clock.ts";

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());

// A reader that has seen enough (`postern explain … | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const code = await runCli(
  process.argv.slice(2),
  {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    style: styleOf(process.stdout, process.env),
    now: systemClock,
    signal: stop.signal,
  },
  [
    addServe,
    addDemo,
    addInit,
    addImport,
    addCheck,
    addLint,
    addTest,
    addExplain,
    addKeys,
    addSessions,
    addNewPlugin,
    addAsk,
  ],
);
// Not `process.exit`: output that is still being written is finished.
process.exitCode = code;
