/** The drill in a cluster: a real API server, etcd and controller manager, which are lost in the middle, data and all. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { ControlPlane } from "../test/support/control-plane.ts";
import type { System } from "./drill-system.ts";
import {
  addProgram,
  CONTROLLER,
  check,
  checkSoon,
  directory,
  ENVIRONMENT,
  end,
  ROOT,
  run,
  showLines,
} from "./stage.ts";

const PORT = 9819;
const URL_ = `http://127.0.0.1:${PORT}`;
const file = (name: string) => path.join(directory, name);

/** The system of this drill. */
export function clusterSystem(assets: string): System {
  let plane: ControlPlane | undefined;
  let controller: ChildProcess | undefined;
  let recipients: readonly string[] = [];
  const on = () => plane as ControlPlane;

  const startPlane = async () => {
    plane = await ControlPlane.start(assets);
    addProgram("kubectl", plane.kubectlPath, "--kubeconfig", plane.kubeconfig);
    Object.assign(ENVIRONMENT, { KUBECONFIG: plane.kubeconfig });
    for (const name of ["shop", "bank"]) run(["kubectl", "create", "namespace", name]);
    run(["kubectl", "apply", "--server-side", "-k", path.join(ROOT, "deploy/profiles/cluster")]);
  };
  const credentials = () => {
    fs.writeFileSync(file("token"), on().serviceAccountToken("lacre-system", "lacre-controller"), { mode: 0o600 });
    return ["--kubeconfig", on().writeKubeconfig("controller", "from-the-token-file"), "--token-file", file("token")];
  };
  const launch = (more: readonly string[]) => {
    const args = ["--kubernetes", "--cluster", "prod", "--require-backup", ...more];
    console.log(`  $ lacre-controller ${args.join(" ")} --backup-recipient age1pq1... &`);
    const named = recipients.flatMap((one) => ["--backup-recipient", one]);
    const log = fs.openSync(file("controller.log"), "a");
    const rest = [...named, ...credentials(), "--key-namespace", "lacre-system", "--listen", `127.0.0.1:${PORT}`];
    controller = spawn(process.execPath, [CONTROLLER, ...args, ...rest], {
      cwd: directory,
      env: ENVIRONMENT,
      stdio: ["ignore", log, log],
    });
  };
  const get = async (page: string) => {
    try {
      const answer = await fetch(`${URL_}${page}`);
      return answer.ok ? await answer.text() : "";
    } catch {
      return "";
    }
  };
  const valuesOf = (object: string): Readonly<Record<string, string>> => {
    const [namespace = "", name = ""] = object.split("/");
    const asked = on().kubectl(["-n", namespace, "get", "secret", name, "-o", "jsonpath={.data}"]);
    return asked.status === 0 ? JSON.parse(asked.stdout) : {};
  };

  return {
    title: "A cluster with a real API server and the controller in it",
    start: async (given) => {
      recipients = given;
      await startPlane();
      launch([]);
      await checkSoon(
        "it has made a key and a backup",
        async () => on().kubectl(["-n", "lacre-system", "get", "configmap", "lacre-backup"]).status === 0,
      );
      await checkSoon("and published its list", async () => (await get("/v1/keys")) !== "");
    },
    startEmpty: async () => {
      await startPlane();
      fs.rmSync(file("controller.log"), { force: true });
      launch(["--generate-first-key", "false"]);
      await checkSoon("the controller runs, and is not ready: it has no key", async () => {
        const health = await get("/healthz");
        return health !== "" && (await get("/readyz")) === "";
      });
    },
    list: () => get("/v1/keys"),
    backup: async (name) => {
      await checkSoon(
        "the controller has a backup of what there is now",
        async () => !(await get("/metrics")).includes("lacre_backup_taken 1"),
      );
      run(["lacre", "keys", "backup", "-o", name]);
      await checkSoon("the controller knows that the backup was taken", async () =>
        (await get("/metrics")).includes("lacre_backup_taken 1"),
      );
      await checkSoon("an active key is published", async () => (await get("/v1/keys")).includes("key: active"));
    },
    fetch: async (clone) => {
      run(["lacre", "keys", "fetch", "-o", "keys/prod.keys"], { cwd: clone });
    },
    rotate: async () => {
      run(["lacre", "keys", "rotate"]);
    },
    sync: async (clone, objects) => {
      run(["kubectl", "apply", "-R", "-f", `${clone}/secrets`]);
      for (const object of objects) {
        const [namespace = "", name = ""] = object.split("/");
        run(["kubectl", "-n", namespace, "wait", "--for=condition=Ready", `lacre/${name}`, "--timeout=30s"]);
      }
    },
    values: async (object) => valuesOf(object),
    lose: async () => {
      console.log("  $ rm -rf the cluster: etcd, API server, everything");
      await end(controller);
      await plane?.stop();
      plane = undefined;
    },
    restore: async (name, unlock, status) => {
      run(["lacre", "keys", "restore", name, ...unlock, "--kubeconfig", on().kubeconfig], { status });
      if (status === 0)
        await checkSoon(
          "the controller is ready",
          async () => (await get("/readyz")) !== "" && (await get("/v1/keys")) !== "",
        );
    },
    compromised: async (keyId) => {
      run(["lacre", "keys", "compromised", keyId]);
    },
    refuses: async (object) => {
      const [namespace = "", name = ""] = object.split("/");
      run(["kubectl", "-n", namespace, "delete", "secret", name]);
      const reason = ["-n", namespace, "get", "lacre", name, "-o", "jsonpath={.status.conditions}"];
      await checkSoon("the controller opens nothing with it: KeyRetired", () =>
        on().kubectl(reason).stdout.includes("KeyRetired"),
      );
    },
    destroy: async (keyId, secrets, status) => {
      run(["lacre", "keys", "destroy", keyId, secrets], { status });
    },
    reseal: async (clone, status = 0) => {
      console.log(
        "  $ kubectl apply -f deploy/jobs/reseal.yaml      # here as a process, with the same ServiceAccount",
      );
      console.log("  $ kubectl logs -n lacre-system job/lacre-reseal > result");
      const args = [CONTROLLER, "reseal", "--cluster", "prod", "--key-namespace", "lacre-system", ...credentials()];
      const ran = spawnSync(process.execPath, args, { cwd: directory, env: ENVIRONMENT, encoding: "utf8" });
      showLines(ran.stderr);
      fs.writeFileSync(file("result"), ran.stderr + ran.stdout);
      run(["lacre", "reseal", "--from", "../result", "secrets"], { cwd: clone, status });
    },
    attackByOperator: async () => {
      const account = "lacre-system:operator";
      on().mustKubectl(["create", "serviceaccount", "operator", "-n", "lacre-system"]);
      const role = ["--role=lacre-key-operator", `--serviceaccount=${account}`];
      on().mustKubectl(["create", "rolebinding", "operator", "-n", "lacre-system", ...role]);
      const asOperator = ["--as", `system:serviceaccount:${account}`, "-n", "lacre-system"];
      const before = await get("/v1/keys");
      const fail = { status: 1 };
      run(["kubectl", ...asOperator, "get", "secrets"], fail);
      run(["kubectl", ...asOperator, "create", "secret", "generic", "lacre-backup", "--from-literal=key=mine"], fail);
      run(["kubectl", ...asOperator, "delete", "secret", "lacre-identity"], fail);
      run(["lacre", "keys", "generate", "--cluster", "prod", "-k", "operator.store"], { into: "operator.keys" });
      const forged = JSON.stringify({ data: { keys: fs.readFileSync(file("operator.keys"), "utf8") } });
      fs.writeFileSync(file("forged.json"), forged);
      run([
        "kubectl",
        ...asOperator,
        "patch",
        "configmap",
        "lacre-keys",
        "--type=merge",
        "--patch-file",
        "forged.json",
      ]);
      const identityOf = (text: string) => /^identity: .*$/m.exec(text)?.[0];
      await checkSoon("a list of their own is written over", () => {
        const shown = ["get", "configmap", "lacre-keys", "-o", "jsonpath={.data.keys}"];
        return identityOf(on().kubectl(["-n", "lacre-system", ...shown]).stdout) === identityOf(before);
      });
      const garbage = JSON.stringify({ data: { backup: "garbage" } });
      run(["kubectl", ...asOperator, "patch", "configmap", "lacre-backup", "--type=merge", "--patch", garbage]);
      run(["lacre", "keys", "backup", "-o", "garbage.age"], { status: 6 });
      check("and a backup that is none is not taken for one", !fs.existsSync(file("garbage.age")));
    },
    close: async () => {
      await end(controller);
      await plane?.stop();
    },
  };
}
