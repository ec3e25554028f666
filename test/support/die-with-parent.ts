/**
 * Goes before a command so that what it starts is killed with this process, however this one ends. Where the
 * system has no such program (`setpriv` is of util-linux) that is left to whoever starts it.
 */
export const DIE_WITH_PARENT: readonly string[] =
  Bun.which("setpriv") === null ? [] : ["setpriv", "--pdeathsig", "KILL", "--"];
