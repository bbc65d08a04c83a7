/** Builds the peers that are measured against, once, in the user's cache. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const CACHE = path.join(process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache"), "lacre-bench");

const PEERS = path.join(import.meta.dirname, "peers");
const SEALED_SECRETS = "github.com/bitnami/sealed-secrets";

/** A command of sealed-secrets v0.40.0, built from the Go module proxy, or undefined where there is no Go. */
function sealedSecrets(command: string): string | undefined {
  const bin = path.join(CACHE, `${command}-0.40.0`);
  if (fs.existsSync(bin)) return bin;
  fs.mkdirSync(CACHE, { recursive: true });
  console.error(`building ${command} of sealed-secrets v0.40.0, once, about two minutes`);
  const args = ["build", "-o", bin, `${SEALED_SECRETS}/cmd/${command}`];
  const built = spawnSync("go", args, { cwd: PEERS, stdio: ["ignore", "ignore", "inherit"] });
  return built.status === 0 ? bin : undefined;
}

/** The path of kubeseal v0.40.0. */
export function kubeseal(): string | undefined {
  return sealedSecrets("kubeseal");
}

/** The path of the controller of sealed-secrets v0.40.0. */
export function sealedSecretsController(): string | undefined {
  return sealedSecrets("controller");
}

/** The path of its CRD. */
export function sealedSecretsCrd(): string | undefined {
  const args = ["mod", "download", "-json", SEALED_SECRETS];
  const found = spawnSync("go", args, { cwd: PEERS, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  if (found.status !== 0) return undefined;
  return path.join(JSON.parse(found.stdout).Dir, "helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml");
}

/** The path of gitleaks v8.30.1, built from the Go module proxy, or undefined where there is no Go. */
export function gitleaks(): string | undefined {
  const directory = path.join(CACHE, "gitleaks-8.30.1");
  const bin = path.join(directory, "gitleaks");
  if (fs.existsSync(bin)) return bin;
  console.error("building gitleaks v8.30.1, once, about a minute");
  const built = spawnSync("go", ["install", "github.com/zricethezav/gitleaks/v8@v8.30.1"], {
    env: { ...process.env, GOBIN: directory },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return built.status === 0 ? bin : undefined;
}

/** A self-signed certificate with an RSA-4096 key, as that peer's controller makes one. */
export function rsaCertificate(directory: string): string {
  const [key, certificate] = [path.join(directory, "peer.key"), path.join(directory, "peer.crt")];
  const args = [
    "req",
    "-x509",
    "-newkey",
    "rsa:4096",
    "-nodes",
    "-keyout",
    key,
    "-out",
    certificate,
    "-days",
    "3650",
    "-subj",
    "/CN=bench",
  ];
  const made = spawnSync("openssl", args, { stdio: "ignore" });
  if (made.status !== 0) throw new Error("openssl is needed to make the peer's certificate");
  return certificate;
}
