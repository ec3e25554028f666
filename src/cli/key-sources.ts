import { type AccessKeys, type AccessKeysOptions, createAccessKeys } from "../token/access-keys.ts";

type Source = Pick<AccessKeysOptions, "certsUrl" | "setting" | "algorithms">;

/** The keys of issuers by where they are: what was fetched outlives a change of the configuration. */
export interface KeySources {
  /** The keys of a source, until `opened` is closed. Throws `TokenError`. */
  open(source: Source, opened: AsyncDisposableStack): AccessKeys;
  /** Resolves once each source has been asked. */
  settled(): Promise<void>;
}

interface Kept {
  readonly keys: AccessKeys;
  readonly asked: Promise<void>;
  users: number;
}

export function createKeySources({ clock }: Pick<AccessKeysOptions, "clock">): KeySources {
  const sources = new Map<string, Kept>();

  function begin(source: Source, name: string): Kept {
    const keys = createAccessKeys({ ...source, clock });
    const kept = { keys, asked: keys.refresh(), users: 0 };
    sources.set(name, kept);
    return kept;
  }

  return {
    open(source, opened) {
      const name = JSON.stringify([source.certsUrl, source.setting, source.algorithms]);
      const kept = sources.get(name) ?? begin(source, name);
      kept.users++;
      opened.defer(() => {
        kept.users--;
        if (kept.users > 0) return;
        sources.delete(name);
        kept.keys.close();
      });
      return kept.keys;
    },
    async settled() {
      await Promise.all(sources.values().map(({ asked }) => asked));
    },
  };
}
