/** Names of the attributes that something in the configuration can tell: `identity.email`, `own.trust`. */
export type ProvidedAttributes = ReadonlySet<string>;
