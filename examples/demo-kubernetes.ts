/** `npm run demo -- --kubernetes`: the same in a cluster, on a real control plane that is started for it and removed again. */
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ControlPlane } from "../test/support/control-plane.ts";
import { HOW_TO_GET_ONE, kubernetesAssets } from "../test/support/kubernetes-assets.ts";
import {
  addProgram,
  CONTROLLER,
  check,
  checkSoon,
  directory,
  ENVIRONMENT,
  end,
  play,
  ROOT,
  run,
  tell,
} from "./stage.ts";

const PASSWORD = "correct horse battery staple";
const READY_URL = "http://127.0.0.1:9817";

let plane: ControlPlane | undefined;
let controller: ChildProcess | undefined;

async function startPlane(): Promise<ControlPlane> {
  const assets = kubernetesAssets();
  if (assets === undefined) throw new Error(HOW_TO_GET_ONE);
  plane = await ControlPlane.start(assets);
  addProgram("kubectl", plane.kubectlPath, "--kubeconfig", plane.kubeconfig);
  return plane;
}

/** As its Pod would run: with its own ServiceAccount's token and nothing else. */
function startController(on: ControlPlane): void {
  fs.writeFileSync(path.join(directory, "token"), on.serviceAccountToken("lacre-system", "lacre-controller"), {
    mode: 0o600,
  });
  const kubeconfig = on.writeKubeconfig("controller", "from-the-token-file");
  console.log("  $ lacre-controller --kubernetes --cluster prod &      # as its ServiceAccount");
  const args = [
    "--kubernetes",
    "--cluster",
    "prod",
    "--kubeconfig",
    kubeconfig,
    "--token-file",
    path.join(directory, "token"),
  ];
  const log = fs.openSync(path.join(directory, "controller.log"), "w");
  controller = spawn(process.execPath, [CONTROLLER, ...args, "--listen", READY_URL.slice("http://".length)], {
    cwd: directory,
    env: ENVIRONMENT,
    stdio: ["ignore", log, log],
  });
}

async function isReady(): Promise<boolean> {
  try {
    return (await fetch(`${READY_URL}/readyz`)).ok && (await fetch(`${READY_URL}/v1/keys`)).ok;
  } catch {
    return false;
  }
}

function password(on: ControlPlane): string {
  const { stdout } = on.kubectl(["-n", "shop", "get", "secret", "db", "-o", "jsonpath={.data.PASSWORD}"]);
  return Buffer.from(stdout, "base64").toString("utf8");
}

async function story(): Promise<void> {
  tell(
    "1. A cluster: a real API server, etcd and controller manager. lacre's CRD, RBAC and the rest of deploy/ are installed.",
  );
  const on = await startPlane();
  run(["kubectl", "create", "namespace", "shop"]);
  run(["kubectl", "apply", "--server-side", "-k", path.join(ROOT, "deploy/profiles/cluster")]);

  tell(
    "2. The controller starts. It makes a key pair that never leaves the cluster, and publishes the public key, signed.",
  );
  startController(on);
  await checkSoon("the controller is ready and has published its key", isReady);

  tell("3. Ada, a developer, fetches the public key with her own kubeconfig. Who signed it is pinned for next time.");
  on.mustKubectl(["create", "serviceaccount", "ada", "-n", "shop"]);
  on.mustKubectl(["create", "rolebinding", "ada", "-n", "shop", "--clusterrole=edit", "--serviceaccount=shop:ada"]);
  const ada = on.writeKubeconfig("ada", on.serviceAccountToken("shop", "ada"), "shop");
  Object.assign(ENVIRONMENT, { KUBECONFIG: ada });
  run(["lacre", "keys", "fetch"]);

  tell("4. She seals a Secret, and applies what anybody may see.");
  fs.copyFileSync(path.join(ROOT, "examples/secrets/db.yaml"), path.join(directory, "db.yaml"));
  run(["lacre", "seal", "--in-place", "-r", "keys/prod.keys", "db.yaml"]);
  check(
    "the file holds no value any more",
    !fs.readFileSync(path.join(directory, "db.yaml"), "utf8").includes(PASSWORD),
  );
  run(["kubectl", "apply", "-f", "db.yaml"]);
  run(["kubectl", "-n", "shop", "wait", "--for=condition=Ready", "lacre/db", "--timeout=30s"]);
  run(["kubectl", "-n", "shop", "get", "lacre", "-o", "wide"]);
  run(["kubectl", "-n", "shop", "get", "secret", "db"]);
  check("the Secret holds the password", password(on) === PASSWORD);

  tell("5. Somebody edits the Secret by hand. Git says otherwise, so it is put right, and an event says so.");
  const edit = JSON.stringify({ stringData: { PASSWORD: "wrong" } });
  run(["kubectl", "-n", "shop", "patch", "secret", "db", "--patch", edit]);
  await checkSoon("the password is right again by itself", () => password(on) === PASSWORD);
  await checkSoon("an event tells of it", () =>
    on.kubectl(["-n", "shop", "get", "events"]).stdout.includes("DriftCorrected"),
  );
  run([
    "kubectl",
    "-n",
    "shop",
    "get",
    "events",
    "-o",
    "custom-columns=REASON:.reason,OBJECT:.involvedObject.name,MESSAGE:.message",
  ]);

  tell("6. Is what runs what Git says? Compared by tokens, without any value.");
  run(["lacre", "diff", "db.yaml"]);
  run(["lacre", "set", "-r", "keys/prod.keys", "db.yaml", "PASSWORD"], { input: "a new password" });
  run(["lacre", "diff", "db.yaml"], { status: 9 });
  run(["kubectl", "apply", "-f", "db.yaml"]);
  await checkSoon("the running system has the new password", () => password(on) === "a new password");
}

/** Plays it. */
export function playOnKubernetes(): Promise<void> {
  return play(story, async () => {
    await end(controller);
    await plane?.stop();
  });
}
