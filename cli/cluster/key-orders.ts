/** Asking a cluster's controller for something about its keys, and waiting for what it says. */
import { LacreError } from "../../src/errors.ts";
import { answerTo, type KeyAnswer, type KeyRequest, requestAnnotations } from "../../src/keys/index.ts";
import { KEY_LIST_DATA, KEY_LIST_NAME } from "../../src/model/kubernetes.ts";
import type { CommandContext } from "../context.ts";
import type { ClusterReader } from "./cluster.ts";

const WAIT_MS = 45_000;
const POLL_MS = 500;

/** A cluster whose controller has no list where it should be. */
function noKeyList(cluster: ClusterReader, namespace: string): LacreError {
  return new LacreError("CLUSTER_FAILED", `${cluster.context} has no key list in ${namespace}/${KEY_LIST_NAME}`, {
    hint: "is the controller running? It may live elsewhere: --key-namespace NAME",
  });
}

/** The text of the published list. */
export async function publishedList(cluster: ClusterReader, namespace: string): Promise<string> {
  const text = (await cluster.configMap(namespace, KEY_LIST_NAME))?.data[KEY_LIST_DATA];
  if (text === undefined) throw noKeyList(cluster, namespace);
  return text;
}

/** Asks, and gives the answer. CLUSTER_FAILED when none comes in time: the request stays, and may be met later. */
export async function askController(
  context: CommandContext,
  cluster: ClusterReader,
  namespace: string,
  request: KeyRequest,
): Promise<KeyAnswer> {
  const annotated = await cluster.annotateConfigMap(namespace, KEY_LIST_NAME, requestAnnotations(request));
  if (!annotated) throw noKeyList(cluster, namespace);
  context.progress(`${cluster.context} was asked; waiting for the controller`);
  const deadline = context.nowMs() + WAIT_MS;
  while (context.nowMs() < deadline) {
    const answer = answerTo(request, (await cluster.configMap(namespace, KEY_LIST_NAME))?.annotations);
    if (answer !== undefined) {
      context.progress("");
      return answer;
    }
    await context.sleep(POLL_MS);
  }
  context.progress("");
  throw new LacreError("CLUSTER_FAILED", `the controller of ${cluster.context} has not answered yet`, {
    hint: "the request stays and may still be met; is the controller running and leading?",
  });
}
