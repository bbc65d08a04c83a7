/** Which labels and annotations of Git reach a Secret. */
import { describe, expect, it } from "vitest";
import { allowedMetadata } from "../../../../controller/targets/kubernetes/metadata.ts";
import { PLAIN_SHAPE } from "../../../../src/model/secret.ts";

describe("labels and annotations", () => {
  const shape = (...keys: readonly string[]) => ({ ...PLAIN_SHAPE, labels: new Map(keys.map((key) => [key, "x"])) });

  it.each([
    ["app", true],
    ["app.kubernetes.io/name", true],
    ["app.kubernetes.io/instance", false],
    ["argocd.argoproj.io/instance", false],
    ["reflector.v1.k8s.emberstack.com/reflects", false],
    ["lacre.dev/managed-by", false],
    ["sub.lacre.dev/x", false],
  ])("%s passes: %s", (key, isAllowed) => {
    const { shape: kept, dropped } = allowedMetadata(shape(key), []);
    expect([kept.labels.has(key), dropped.includes(key)]).toEqual([isAllowed, !isAllowed]);
  });

  it("a prefix or one key can be allowed; ours never", () => {
    const allowed = ["jenkins.io/", "argocd.argoproj.io/secret-type", "lacre.dev/"];
    const keys = [
      "jenkins.io/credentials-type",
      "argocd.argoproj.io/secret-type",
      "argocd.argoproj.io/instance",
      "lacre.dev/mac",
    ];
    expect([...allowedMetadata(shape(...keys), allowed).shape.labels.keys()]).toEqual(keys.slice(0, 2));
  });

  it("the label by which Helm finds its records never passes, nor Terraform's, nor Grafana's and Loki's without being allowed", () => {
    const labels = new Map([
      ["owner", "helm"],
      ["OWNER", "TILLER"],
      ["grafana_datasource", "1"],
      ["tfstateWorkspace", "default"],
      ["loki_rule", ""],
      ["app", "shop"],
    ]);
    const kept = (...allowed: readonly string[]) => [
      ...allowedMetadata({ ...PLAIN_SHAPE, labels }, allowed).shape.labels.keys(),
    ];
    expect(kept()).toEqual(["app"]);
    expect(kept("owner", "OWNER", "grafana_datasource", "tfstateWorkspace")).toEqual(["grafana_datasource", "app"]);
    const team = { ...PLAIN_SHAPE, labels: new Map([["owner", "team-a"]]) };
    expect([...allowedMetadata(team, []).shape.labels.keys()]).toEqual(["owner"]);
  });
});
