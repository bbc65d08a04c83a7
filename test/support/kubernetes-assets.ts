/** Where etcd, kube-apiserver, kube-controller-manager and kubectl are: given, cached, or built once from Go modules. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** The version that is built; another one by this variable, such as 1.33.5. */
const KUBERNETES_VERSION: string = process.env["LACRE_KUBERNETES_VERSION"] || "1.34.4";

const MODULE = path.join(import.meta.dirname, "../control-plane");
const MODULE_VERSION = "1.34.4";
const PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"];

/** What to do on a machine that can neither find nor build a control plane. */
export const HOW_TO_GET_ONE =
  "no Kubernetes control plane: install Go 1.24 or newer, or set KUBEBUILDER_ASSETS to the directory that setup-envtest prints";

function cache(): string {
  const root = process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache");
  return path.join(root, "lacre-control-plane", KUBERNETES_VERSION);
}

function isComplete(directory: string): boolean {
  return PROGRAMS.every((name) => fs.existsSync(path.join(directory, name)));
}

/** The module with the versions asked for: Kubernetes 1.X.Y is v0.X.Y in its staging modules. */
function moduleFor(version: string, directory: string): string {
  if (version === MODULE_VERSION) return MODULE;
  const copy = path.join(directory, "module");
  fs.cpSync(MODULE, copy, { recursive: true });
  const file = path.join(copy, "go.mod");
  const text = fs.readFileSync(file, "utf8");
  const required = text.slice(0, text.indexOf("\nrequire (", text.indexOf("\nrequire (") + 1));
  const [, minor, patch] = version.split(".");
  const asked = required.replaceAll("v1.34.4", `v${version}`).replaceAll("v0.34.4", `v0.${minor}.${patch}`);
  fs.writeFileSync(file, Number(minor) < 31 ? before131(asked, `v0.${minor}.${patch}`) : asked);
  fs.rmSync(path.join(copy, "go.sum"));
  const tidied = spawnSync("go", ["mod", "tidy"], { cwd: copy, stdio: ["ignore", "ignore", "inherit"] });
  if (tidied.status !== 0) throw new Error(`Kubernetes ${version} cannot be resolved`);
  return copy;
}

/** Until 1.30 there is one more staging module, which is asked for as v0.0.0; and etcd 3.6 does not build with its API server. */
function before131(module: string, staging: string): string {
  const etcd = module.replace(/(go\.etcd\.io\/etcd\/server\/v3) v[\d.]+/, "$1 v3.5.16");
  return `${etcd}\nreplace k8s.io/legacy-cloud-providers => k8s.io/legacy-cloud-providers ${staging}\n`;
}

/** Builds into a directory of its own and renames it: an interrupted build leaves nothing that looks complete. */
function build(directory: string): void {
  console.error(`building Kubernetes ${KUBERNETES_VERSION} from Go modules, once, about six minutes`);
  fs.mkdirSync(path.dirname(directory), { recursive: true });
  const temporary = fs.mkdtempSync(`${directory}-`);
  const [major, minor] = KUBERNETES_VERSION.split(".");
  const variables = [`gitVersion=v${KUBERNETES_VERSION}`, `gitMajor=${major}`, `gitMinor=${minor}`];
  const flags = variables.map((variable) => `-X k8s.io/component-base/version.${variable}`).join(" ");
  const args = ["build", "-trimpath", "-ldflags", `-s -w ${flags}`, "-o", path.join(temporary, "controlplane"), "."];
  const built = spawnSync("go", args, {
    cwd: moduleFor(KUBERNETES_VERSION, temporary),
    env: { ...process.env, CGO_ENABLED: "0" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (built.status !== 0) throw new Error("the control plane could not be built");
  fs.rmSync(path.join(temporary, "module"), { recursive: true, force: true });
  for (const name of PROGRAMS) fs.symlinkSync("controlplane", path.join(temporary, name));
  fs.rmSync(directory, { recursive: true, force: true });
  fs.renameSync(temporary, directory);
}

/** The directory of the four programs where they are there already. */
export function presentAssets(): string | undefined {
  return process.env["KUBEBUILDER_ASSETS"] || (isComplete(cache()) ? cache() : undefined);
}

/** The directory of the four programs, or undefined where there is none and none can be built. */
export function kubernetesAssets(): string | undefined {
  const given = process.env["KUBEBUILDER_ASSETS"];
  if (given !== undefined && given !== "") return given;
  const directory = cache();
  if (isComplete(directory)) return directory;
  if (spawnSync("go", ["version"], { stdio: "ignore" }).status !== 0) return undefined;
  build(directory);
  return directory;
}
