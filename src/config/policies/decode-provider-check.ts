import type { Operator, PostureCheck, ProviderCondition, ProviderPostureType } from "../../core/model.ts";
import { readText } from "../text-schema.ts";
import type { Cursor } from "./cursor.ts";
import { given } from "./schema-parts.ts";
import type { PostureRuleJson } from "./schema-posture-rule.ts";
import { DurationText } from "./texts.ts";

type ProviderRuleJson = Extract<PostureRuleJson, { type: ProviderPostureType }>;

/** Decodes what a rule demands of a service provider's record. A rule that demands nothing would always pass. */
export function decodeProviderCheck(rule: ProviderRuleJson, at: Cursor): PostureCheck | null {
  const demands = new Demands(at);
  demandAll(rule, demands);
  if (!demands.sound) return null;
  if (demands.conditions.length === 0)
    return at.report("it demands nothing, so that every device would pass; say what it asks for");
  return { type: rule.type, connection: rule.input.connection_id, conditions: demands.conditions };
}

function demandAll({ type, input }: ProviderRuleJson, demands: Demands): void {
  switch (type) {
    case "crowdstrike_s2s":
      demands.number("overall", input.overall, input.operator);
      demands.number("os", input.os, input.operator);
      demands.number("sensor_config", input.sensor_config, input.operator);
      demands.version("version", input.version, input.versionOperator);
      demands.oneOf("state", input.state);
      demands.age("last_seen", input.last_seen, input.operator);
      return;
    case "intune":
    case "workspace_one":
      demands.oneOf("compliance_status", input.compliance_status);
      return;
    case "kolide":
      demands.oneOf("auth_state", ...(given(input.auth_state) ?? []));
      demands.number("issue_count", input.issue_count, input.countOperator);
      return;
    case "tanium_s2s":
      demands.number("total_score", input.total_score, input.scoreOperator);
      demands.oneOf("risk_level", input.risk_level);
      demands.age("eid_last_seen", input.eid_last_seen, input.operator);
      return;
    case "sentinelone_s2s":
      demands.number("active_threats", input.active_threats, input.operator);
      demands.boolean("infected", input.infected);
      demands.boolean("is_active", input.is_active);
      demands.oneOf("network_status", input.network_status);
      demands.oneOf("operational_state", input.operational_state);
      return;
    case "custom_s2s":
      demands.number("score", input.score, input.operator);
      return;
  }
}

type Optional<T> = T | "" | null | undefined;

/** Gathers the demands that are made; keys that are missing or empty make none. */
class Demands {
  readonly conditions: ProviderCondition[] = [];
  sound = true;

  constructor(private readonly at: Cursor) {}

  number(field: string, written: Optional<number | string>, operator: Optional<Operator>): void {
    this.#compare(field, written, operator, (value, by) => {
      return { field, kind: "number", operator: by, value: Number(value) };
    });
  }

  version(field: string, written: Optional<string>, operator: Optional<Operator>): void {
    this.#compare(field, written, operator, (value, by) => ({ field, kind: "version", operator: by, value }));
  }

  age(field: string, written: Optional<string>, operator: Optional<Operator>): void {
    this.#compare(field, written, operator, (value, by) => {
      return { field, kind: "age", operator: by, seconds: readText(DurationText, value) / 1000 };
    });
  }

  oneOf(field: string, ...written: readonly Optional<string>[]): void {
    const values = written.map(given).filter((value) => value !== null);
    if (values.length > 0) this.conditions.push({ field, kind: "one_of", values });
  }

  boolean(field: string, written: Optional<boolean>): void {
    const value = given(written);
    if (value !== null) this.conditions.push({ field, kind: "boolean", value });
  }

  #compare<T>(
    field: string,
    written: T,
    operator: Optional<Operator>,
    condition: (value: NonNullable<ReturnType<typeof given<T>>>, operator: Operator) => ProviderCondition,
  ): void {
    const value = given(written);
    const by = given(operator);
    if (value === null) return;
    if (by !== null) {
      this.conditions.push(condition(value, by));
      return;
    }
    this.at.at(field).report("nothing says how to compare it; add the operator");
    this.sound = false;
  }
}
