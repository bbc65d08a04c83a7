/** Types, names and labels by which a Secret drives other software: whoever may write one there is obeyed by it. Pure tables. */
import type { Objection } from "../../decide/problem.ts";

/** What a Secret of such a type or name does, in words that end "... and is never made from Git". */
type Driver = { readonly matches: RegExp; readonly does: string };

/** Types of Kubernetes itself that only hold something; all its others are read by its controllers. */
const HOLDING_TYPES: ReadonlySet<string> = new Set([
  "kubernetes.io/tls",
  "kubernetes.io/dockerconfigjson",
  "kubernetes.io/dockercfg",
  "kubernetes.io/basic-auth",
  "kubernetes.io/ssh-auth",
]);

const TYPES: readonly Driver[] = [
  { matches: /^kubernetes\.io\/service-account-token$/i, does: "grants access to the cluster" },
  { matches: /^bootstrap\.kubernetes\.io\//i, does: "grants access to the cluster" },
  { matches: /^([^/]+\.)?kubernetes\.io\//i, does: "is read by Kubernetes itself" },
  { matches: /^([^/]+\.)?helm\.sh\//i, does: "is a record by which Helm upgrades and deletes" },
  { matches: /^([^/]+\.)?x-k8s\.io\//i, does: "is applied to clusters, or opens them, by Cluster API" },
  { matches: /^([^/]+\.)?cattle\.io\//i, does: "is carried out on nodes and clusters by Rancher and Fleet" },
  { matches: /^([^/]+\.)?argoproj\.io\//i, does: "connects Argo CD to clusters and repositories" },
  { matches: /^([^/]+\.)?timoni\.sh\//i, does: "is a record by which Timoni upgrades and deletes" },
  { matches: /^([^/]+\.)?projectsveltos\.io\//i, does: "is applied to clusters by Sveltos" },
  { matches: /^([^/]+\.)?linkerd\.io\//i, does: "connects Linkerd to clusters" },
  { matches: /^([^/]+\.)?lacre\.dev\//i, does: "is lacre's own" },
];

const NAMES: readonly Driver[] = [
  { matches: /^sh\.helm\.release\./i, does: "is a record by which Helm upgrades and deletes" },
  { matches: /^bootstrap-token-/i, does: "grants access to the cluster in kube-system" },
  { matches: /\.node-password\.(?:k3s|rke2)$/i, does: "says who may join the cluster as a node, in kube-system" },
  { matches: /^timoni\./i, does: "is a record by which Timoni upgrades and deletes" },
  // Read by their names alone: what a forged state lists is deleted by the next run, and a plan is carried out.
  { matches: /^tf(?:state|plan)-/i, does: "is a state or plan by which Terraform changes and deletes" },
];

/** The controller's own objects, in its own namespace. */
const OWN_NAMES = /^(?:lacre-identity|lacre-keys|lacre-backup|lacre-key-.*)$/;

/** Labels without a prefix that other software searches all Secrets for, with the values that it searches for. */
const LABELS: readonly { readonly key: RegExp; readonly value: RegExp; readonly isFixed: boolean }[] = [
  // Helm finds its records by this label alone, whatever their type and name.
  { key: /^owner$/i, value: /^(?:helm|tiller)$/i, isFixed: true },
  // Terraform finds the workspaces of a state by these.
  { key: /^tfstate/i, value: /^/, isFixed: true },
  // The sidecar of the charts of Grafana and Loki, which may read every namespace.
  { key: /^(?:grafana|loki)_/i, value: /^/, isFixed: false },
];

/** Why a Secret of this type is never made. */
export function refuseType(type: string): Objection | undefined {
  if (HOLDING_TYPES.has(type)) return undefined;
  const found = TYPES.find(({ matches }) => matches.test(type));
  if (found === undefined) return undefined;
  const message = `a Secret of type ${type.slice(0, 253)} ${found.does} and is never made from Git; choose another type`;
  return { reason: "TypeNotAllowed", message };
}

/** Why a Secret of this name is never made. */
export function refuseName(name: string): Objection | undefined {
  const found = NAMES.find(({ matches }) => matches.test(name));
  if (found === undefined) return undefined;
  const message = `a Secret called ${name} ${found.does} and is never made from Git; choose another name`;
  return { reason: "NameNotAllowed", message };
}

/** Why nothing of this name is written where the controller keeps its own objects. */
export function refuseOwnName(name: string): Objection | undefined {
  if (!OWN_NAMES.test(name)) return undefined;
  return {
    reason: "NameNotAllowed",
    message: `${name} is reserved for the controller in its own namespace; choose another name`,
  };
}

/** True for a label that drives other software. allowed: what the operator lets pass by its whole key. */
export function isDrivingLabel(key: string, value: string, allowed: readonly string[]): boolean {
  return LABELS.some(
    (label) => label.key.test(key) && label.value.test(value) && (label.isFixed || !allowed.includes(key)),
  );
}
