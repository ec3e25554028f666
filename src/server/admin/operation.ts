import { type TObject, type TProperties, Type } from "@sinclair/typebox";
import type { Role } from "./authenticate.ts";

/** One thing that the admin API does, as its OpenAPI document tells it. */
export interface AdminOperation {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Names it in the audit log. */
  readonly action: string;
  /** Who may. */
  readonly role: Role;
  readonly summary: string;
  readonly query: TObject | null;
  readonly body: TObject | null;
  readonly answer: TObject;
}

/** An object that holds nothing else. */
export function strictObject<P extends TProperties>(properties: P): TObject<P> {
  return Type.Object(properties, { additionalProperties: false });
}
