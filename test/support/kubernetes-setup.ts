/** One control plane for all tests of the project, started once. Where there can be none: a failure in CI, else one line. */
import type { TestProject } from "vitest/node";
import { ControlPlane } from "./control-plane.ts";
import { HOW_TO_GET_ONE, kubernetesAssets } from "./kubernetes-assets.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The directory of the control plane's programs; undefined where there is none. */
    assets: string | undefined;
    /** How to reach the one that all tests share. */
    plane: { readonly server: string; readonly directory: string; readonly token: string } | undefined;
  }
}

/** Starts it, and gives the way to end it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const assets = kubernetesAssets();
  project.provide("assets", assets);
  if (assets === undefined) {
    if (process.env["CI"]) throw new Error(HOW_TO_GET_ONE);
    console.error(`the Kubernetes tests are left out: ${HOW_TO_GET_ONE}`);
    project.provide("plane", undefined);
    return () => Promise.resolve();
  }
  const plane = await ControlPlane.start(assets);
  plane.mustKubectl(["apply", "--server-side", "-f", `${import.meta.dirname}/../../deploy/base/crd.yaml`]);
  plane.mustKubectl(["apply", "--server-side", "-f", `${import.meta.dirname}/../../deploy/base/rbac-sync-role.yaml`]);
  project.provide("plane", { server: plane.server, directory: plane.directory, token: plane.adminToken });
  return () => plane.stop();
}
