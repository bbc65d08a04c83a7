/** Types and names by which a Secret drives other software: none such is made from Git. */
import { describe, expect, it } from "vitest";
import { refuseName, refuseOwnName, refuseType } from "../../../../controller/targets/kubernetes/driving.ts";

describe("what drives other software", () => {
  it.each([
    ["Opaque", true],
    ["example.org/t", true],
    ["kubernetes.io/tls", true],
    ["kubernetes.io/dockerconfigjson", true],
    ["kubernetes.io/service-account-token", false],
    ["bootstrap.kubernetes.io/token", false],
    ["kubernetes.io/anything-else", false],
    ["helm.sh/release.v1", false],
    ["helm.sh/release.v2", false],
    ["HELM.sh/release.v1", false],
    ["cluster.x-k8s.io/secret", false],
    ["addons.cluster.x-k8s.io/resource-set", false],
    ["rke.cattle.io/machine-plan", false],
    ["timoni.sh/instance", false],
    ["addons.projectsveltos.io/cluster-profile", false],
    ["mirror.linkerd.io/remote-kubeconfig", false],
    ["notlinkerd.io/x", true],
    ["lacre.dev/x", false],
  ])("the type %s is made: %s", (type, isMade) => {
    expect(refuseType(type)?.reason).toBe(isMade ? undefined : "TypeNotAllowed");
  });

  it.each([
    ["db", true],
    ["sh.helm.release", true],
    ["sh.helm.release.v1.shop.v3", false],
    ["bootstrap-token-abcdef", false],
    ["worker-1.node-password.k3s", false],
    ["worker-1.node-password.rke2", false],
    ["node-password", true],
    ["timoni.shop", false],
    ["timoni", true],
    ["tfstate-default-shop", false],
    ["tfplan-default-shop", false],
    ["tfvars-shop", true],
  ])("the name %s is made: %s", (name, isMade) => {
    expect(refuseName(name)?.reason).toBe(isMade ? undefined : "NameNotAllowed");
  });

  it.each([
    ["lacre-identity", false],
    ["lacre-keys", false],
    ["lacre-backup", false],
    ["lacre-key-0123", false],
    ["lacre-keyring", true],
    ["my-lacre-backup", true],
  ])("beside the controller the name %s is made: %s", (name, isMade) => {
    expect(refuseOwnName(name)?.reason).toBe(isMade ? undefined : "NameNotAllowed");
  });
});
