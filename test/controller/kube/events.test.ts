/** Kubernetes Events as they are sent. */
import { expect, it } from "vitest";
import type { KubeClient } from "../../../controller/kube/client.ts";
import { EventRecorder } from "../../../controller/kube/events.ts";

it("an event's message shows nothing that a terminal obeys", async () => {
  const sent: string[] = [];
  const client = {
    json: async ({ body }: { readonly body: { readonly message: string } }) => void sent.push(body.message),
  } as unknown as KubeClient;
  const events = new EventRecorder(client, "here", () => undefined);
  events.record({ namespace: "a", name: "b", uid: "c" }, "Warning", "UnknownKey", "x\u001b[2J\u202ey\u009bz\nw");
  await new Promise(setImmediate);
  expect(sent).toEqual(["x\\x1b[2J\\u202ey\\x9bz\\x0aw"]);
});
