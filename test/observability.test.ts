/** Alerts, dashboard and health check as they are shipped: judged by the programs that will run them. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { lauxlib, lua, lualib, to_luastring } from "fengari";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { nextStatus, type Outcome } from "../controller/cluster/status.ts";
import { createClusterMetrics } from "../controller/telemetry/cluster-metrics.ts";
import { createMetrics } from "../controller/telemetry/metrics.ts";

const FOLDER = path.join(import.meta.dirname, "../deploy/observability");
const read = (name: string) => fs.readFileSync(path.join(FOLDER, name), "utf8");

const rule = parse(read("prometheus-rule.yaml")) as {
  spec: { groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[] };
};
const dashboard = JSON.parse(read("grafana-dashboard.json")) as { panels: { targets: { expr: string }[] }[] };

const synced: Outcome = {
  kind: "synced",
  entries: 1,
  keyIds: ["ab"],
  secret: { uid: "u", type: "Opaque" },
  marks: new Map(),
  isChanged: true,
  notes: [],
};
const about = { generation: 1, now: "2026-11-24T10:00:00Z", request: undefined };

/** The names of all metrics that the controllers serve, in a cluster and standalone. */
async function served(): Promise<ReadonlySet<string>> {
  const drifted = nextStatus(undefined, { kind: "problem", reason: "DriftDetected", message: "", entries: 1 }, about);
  const metrics = createClusterMetrics({
    objects: () => [
      { key: "shop/db", status: nextStatus(undefined, synced, about), isSuspended: true },
      { key: "shop/x", status: drifted, isSuspended: false },
    ],
    keys: () => [{ keyId: "ab", state: "active", notBefore: "2026-01-01T00:00:00Z", notAfter: "2027-01-01T00:00:00Z" }],
    queueDepth: () => 0,
    retrying: () => 0,
    isLeading: () => true,
    cannotTell: () => false,
    malformedKeys: () => 0,
    unprovenKeys: () => 0,
    isKeyKeepingHeld: () => false,
    isBackupTaken: () => false,
  });
  metrics.wrote("corrected");
  metrics.opened("ok", 1);
  metrics.reconciled("done", 0.1);
  metrics.requested("GET", 200, 0.1);
  const texts = [await metrics.text(), await createMetrics().text()];
  return new Set(texts.flatMap((text) => [...text.matchAll(/^(lacre_[a-z_]+)/gm)].map(([, name = ""]) => name)));
}

const names = (expressions: readonly string[]) => [
  ...new Set(expressions.flatMap((text) => text.match(/lacre_[a-z_]+/g) ?? [])),
];

describe("deploy/observability", () => {
  it("alerts and dashboard ask only for metrics that there are", async () => {
    const there = await served();
    const asked = names([
      ...rule.spec.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ]);
    expect(asked.length).toBeGreaterThan(12);
    expect(asked.filter((name) => !there.has(name))).toEqual([]);
  });

  it("the age of the last fetch grows while the source is away, and while its newest commit is refused", async () => {
    const metrics = createMetrics();
    const pass = { revision: "r", objects: 1, writes: [], removed: [], unchanged: 1, problems: [] };
    const fetched = async () => /^lacre_source_last_fetch_timestamp_seconds (.+)$/m.exec(await metrics.text())?.[1];
    expect(await fetched()).toBe("0");
    metrics.observePass({ ...pass, sourceRead: true, isNewest: true }, 0.1, new Date(1_000_000));
    metrics.observePass({ ...pass, sourceRead: false, isNewest: false }, 0.1, new Date(2_000_000));
    metrics.observePass({ ...pass, sourceRead: true, isNewest: false }, 0.1, new Date(3_000_000));
    expect(await fetched()).toBe("1000");
    const cannotTell = async () => /^lacre_cannot_tell (.)$/m.exec(await metrics.text())?.[1];
    expect(await cannotTell()).toBe("0");
    const problems = [{ subject: "source", reason: "SourceFailed", message: "m" }] as const;
    metrics.observePass({ ...pass, problems, sourceRead: true, isNewest: false }, 0.1, new Date(4_000_000));
    expect(await cannotTell()).toBe("1");
  });

  it("every alert says what it means and what to do", () => {
    const rules = rule.spec.groups.flatMap((group) => group.rules);
    expect(rules.map(({ alert }) => alert)).toEqual(expect.arrayContaining(["LacreDrifted", "LacreCannotTell"]));
    for (const { annotations } of rules) expect(Object.keys(annotations)).toEqual(["summary", "impact", "action"]);
  });

  const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
  if (!hasPromtool && !process.env["CI"]) console.error("promtool is not there: Debian's package prometheus has it");

  it.runIf(hasPromtool || process.env["CI"])(
    "promtool accepts the rules, and each fires when it must and only then",
    () => {
      const directory = fs.mkdtempSync(path.join(os.tmpdir(), "lacre-rules-"));
      try {
        fs.writeFileSync(path.join(directory, "rules.yaml"), stringify(rule.spec));
        fs.copyFileSync(path.join(FOLDER, "rules-test.yaml"), path.join(directory, "test.yaml"));
        for (const args of [
          ["check", "rules", "rules.yaml"],
          ["test", "rules", "test.yaml"],
        ]) {
          const ran = spawnSync("promtool", args, { cwd: directory, encoding: "utf8" });
          expect([ran.status, ran.status === 0 ? "" : ran.stdout + ran.stderr]).toEqual([0, ""]);
        }
      } finally {
        fs.rmSync(directory, { recursive: true });
      }
    },
  );

  describe("Argo CD's health check", () => {
    const object = (status: object | undefined, generation = 1, spec: object = {}) => ({
      metadata: { generation },
      spec,
      status,
    });
    const problem = (reason: "UnknownKey" | "WriteFailed") =>
      nextStatus(undefined, { kind: "problem", reason, message: "m", entries: 1 }, about);
    it.each([
      ["nobody has looked at yet", "Progressing", object(undefined)],
      ["is synced", "Healthy", object(nextStatus(undefined, synced, about))],
      ["was changed since it was synced", "Progressing", object(nextStatus(undefined, synced, about), 2)],
      ["is refused", "Degraded", object(problem("UnknownKey"))],
      ["is tried again", "Progressing", object(problem("WriteFailed"))],
      ["is suspended", "Suspended", object(nextStatus(undefined, { kind: "suspended" }, about), 1, { suspend: true })],
    ])("what %s is %s", (_what, expected, subject) => {
      expect(runLua(read("argocd-health.lua"), subject)).toBe(expected);
    });
  });
});

/** A value as Lua writes it. */
function toLua(value: unknown): string {
  if (value === undefined || value === null) return "nil";
  if (Array.isArray(value)) return `{${value.map(toLua).join(",")}}`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([key, inner]) => `[${JSON.stringify(key)}]=${toLua(inner)}`)
      .join(",")}}`;
  return JSON.stringify(value);
}

/** The status that the script returns for an object. */
function runLua(script: string, subject: unknown): string {
  const state = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(state);
  const program = `obj = ${toLua(subject)}\nlocal function check()\n${script}\nend\nreturn check().status`;
  if (lauxlib.luaL_dostring(state, to_luastring(program)) !== 0) throw new Error(lua.lua_tojsstring(state, -1));
  return lua.lua_tojsstring(state, -1);
}
